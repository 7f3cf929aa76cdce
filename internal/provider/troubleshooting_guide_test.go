package provider

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// guideHeadings returns the messages that the guide explains.
func guideHeadings(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "troubleshooting.md"))
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for _, line := range strings.Split(string(content), "\n") {
		if heading, found := strings.CutPrefix(line, "### "); found {
			headings = append(headings, heading)
		}
	}
	return headings
}

// texts returns every text of the product's source, with those joined by + as one.
func texts(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if expression, ok := node.(ast.Expr); ok {
				if text := joined(expression); text != "" {
					found = append(found, text)
					return false
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// joined returns the text of a string literal, or of a sum that has some; other operands of it are left out.
func joined(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return joined(e.X) + joined(e.Y)
		}
	}
	return ""
}

// explains says whether a message is one of those a heading is about: all parts of the heading are in it, in order.
func explains(heading, message string) bool {
	for _, part := range strings.Split(heading, "…") {
		_, rest, found := strings.Cut(message, part)
		if !found {
			return false
		}
		message = rest
	}
	return true
}

// Every message that the guide explains is one that the provider can print.
func TestTheGuidesMessagesExist(t *testing.T) {
	all := texts(t)
	headings := guideHeadings(t)
	if len(headings) < 40 || len(all) < 500 {
		t.Fatalf("%d headings, %d texts", len(headings), len(all))
	}
	for _, heading := range headings {
		if !slices.ContainsFunc(all, func(text string) bool { return explains(heading, text) }) {
			t.Errorf("no message of the provider says %q", heading)
		}
	}
}

// Every fault and every way in which a handover can fail has its place in the guide.
func TestTheGuideExplainsEveryKindOfFailure(t *testing.T) {
	headings := guideHeadings(t)
	failures := map[string]error{
		"intruder":   &handover.IntruderError{Model: "m", Stage: registry.StageProduction, Version: 2, Intruders: []registry.Number{3}},
		"appeared":   &handover.AppearedError{Model: "m", Versions: []registry.Number{3}, Cause: errors.New("x")},
		"missing":    &handover.MissingError{Model: "m", Version: 2},
		"not ready":  &handover.NotReadyError{Model: "m", Version: 2, Status: registry.StatusPending},
		"forbidden":  &handover.ForbiddenError{Model: "m", Version: 2, From: registry.StageNone, To: registry.StageProduction},
		"displaced":  &handover.DisplacedError{Model: "m", Version: 2, Stage: registry.StageProduction},
		"unsettled":  &handover.UnsettledError{Model: "m", Version: 2, Stage: registry.StageProduction},
		"tags":       &handover.TagsError{Model: "m", Version: 2, Stage: registry.StageProduction},
		"failed":     &handover.FailedError{Model: "m", Version: 2, Stage: registry.StageProduction, Cause: errors.New("x")},
		"no stages":  &handover.NoStagesError{Cause: errors.New("x")},
		"time":       context.DeadlineExceeded,
		"cancelled":  context.Canceled,
		"401":        &registry.Error{Kind: registry.ErrUnauthenticated, Message: "x"},
		"403":        &registry.Error{Kind: registry.ErrPermissionDenied, Message: "x"},
		"403 READ":   &registry.Error{Kind: registry.ErrPermissionDenied, Needs: registry.PermissionRead, Message: "x"},
		"403 USE":    &registry.Error{Kind: registry.ErrPermissionDenied, Needs: registry.PermissionUse, Message: "x"},
		"403 EDIT":   &registry.Error{Kind: registry.ErrPermissionDenied, Needs: registry.PermissionEdit, Message: "x"},
		"403 MANAGE": &registry.Error{Kind: registry.ErrPermissionDenied, Needs: registry.PermissionManage, Message: "x"},
		"old server": &registry.Error{Kind: registry.ErrUnsupported, Message: "x"},
		"stale":      &registry.StaleError{Model: "m", Writes: []string{"version 2"}},
		"5xx":        &registry.Error{Kind: registry.ErrInternal, Message: "x"},
		"storage":    &registry.Error{Kind: registry.ErrStorage, Message: "x"},
	}
	for fault := range faultAdvice {
		failures[string(fault)] = &registry.Error{Kind: registry.ErrUnreachable, Fault: fault, Message: "x"}
	}
	for name, failure := range failures {
		if message := explain(failure); !slices.ContainsFunc(headings, func(heading string) bool { return explains(heading, message) }) {
			t.Errorf("%s: the guide does not explain %q", name, message)
		}
	}
}
