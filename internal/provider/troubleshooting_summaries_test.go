package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// summariesOf returns what a call may say as the summary of a diagnostic: a text, a format, or what the variable or the function it
// takes it from holds anywhere in its file.
func summariesOf(file *ast.File, summary ast.Expr) []string {
	if call, ok := summary.(*ast.CallExpr); ok {
		if function, ok := call.Fun.(*ast.SelectorExpr); ok && function.Sel.Name == "Sprintf" {
			return []string{joined(call.Args[0])}
		}
		if function, ok := call.Fun.(*ast.Ident); ok {
			return returnedBy(file, function.Name)
		}
	}
	if text := joined(summary); text != "" {
		return []string{text}
	}
	variable, ok := summary.(*ast.Ident)
	if !ok {
		return nil
	}
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		if set, ok := node.(*ast.AssignStmt); ok {
			if name, ok := set.Lhs[0].(*ast.Ident); ok && name.Name == variable.Name {
				found = append(found, summariesOf(file, set.Rhs[0])...)
			}
		}
		return true
	})
	return found
}

// returnedBy returns what a function of the file returns as texts.
func returnedBy(file *ast.File, name string) []string {
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		function, ok := node.(*ast.FuncDecl)
		if !ok || function.Name.Name != name {
			return true
		}
		ast.Inspect(function, func(node ast.Node) bool {
			if back, ok := node.(*ast.ReturnStmt); ok {
				for _, result := range back.Results {
					found = append(found, summariesOf(file, result)...)
				}
			}
			return true
		})
		return false
	})
	return found
}

// Every summary of an error or a warning has its place in the guide.
func TestTheGuideExplainsEverySummary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	headings, calls := guideHeadings(t), 0
	check := func(at string, summaries []string) {
		calls++
		if len(summaries) == 0 {
			t.Errorf("%s: the test cannot tell what the summary is", at)
		}
		for _, summary := range summaries {
			if !slices.ContainsFunc(headings, func(heading string) bool { return explains(heading, summary) }) {
				t.Errorf("%s: the guide does not explain %q", at, summary)
			}
		}
	}
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				method, ok := node.Fun.(*ast.SelectorExpr)
				position := map[string]int{"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1, "explainRefusal": 0}
				if argument, adds := position[nameOf(method)]; ok && adds && !isPassedOn(file, node.Args[argument]) {
					check(set.Position(node.Pos()).String(), summariesOf(file, node.Args[argument]))
				}
			case *ast.CompositeLit:
				if kind, ok := node.Type.(*ast.Ident); ok && kind.Name == "textRule" && len(node.Elts) > 0 {
					check(set.Position(node.Pos()).String(), summariesOf(file, fieldOf(node, "summary")))
				}
			}
			return true
		})
	}
	if calls < 90 {
		t.Errorf("only %d summaries were found", calls)
	}
}

// fieldOf returns the value of a field of a literal; nil if it is not set.
func fieldOf(literal *ast.CompositeLit, name string) ast.Expr {
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair.Value
			}
		}
	}
	return nil
}

func nameOf(method *ast.SelectorExpr) string {
	if method == nil {
		return ""
	}
	return method.Sel.Name
}

// isPassedOn says whether a summary is a field, textRule's summary, or a parameter, whose values are looked at where they are set.
func isPassedOn(file *ast.File, summary ast.Expr) bool {
	if field, ok := summary.(*ast.SelectorExpr); ok {
		return field.Sel.Name == "summary"
	}
	variable, ok := summary.(*ast.Ident)
	return ok && slices.ContainsFunc(file.Decls, func(declared ast.Decl) bool {
		function, ok := declared.(*ast.FuncDecl)
		if !ok || variable.Pos() < function.Pos() || variable.Pos() > function.End() {
			return false
		}
		return slices.ContainsFunc(function.Type.Params.List, func(parameter *ast.Field) bool {
			return slices.ContainsFunc(parameter.Names, func(name *ast.Ident) bool { return name.Name == variable.Name })
		})
	})
}
