package repocheck

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"go.yaml.in/yaml/v3"
)

// What Terraform itself lets stand in a resource or a data source.
var metaArguments = []string{"count", "depends_on", "for_each", "lifecycle", "provider", "connection", "provisioner"}

// The configuration that texts show is formatted, can be read, and has only attributes that exist. That the examples do what they
// say is tested in tools/examplecheck.
func TestBlocks_configuration(t *testing.T) {
	known := schemas(t)
	checked := 0
	for file, one := range blocks(t, "hcl", "terraform") {
		checked++
		if formatted := string(hclwrite.Format([]byte(one.code))); formatted != one.code {
			t.Errorf("%s:%d is not formatted as terraform fmt does:\n%s", file, one.line, formatted)
		}
		for _, problem := range known.problems(one.code) {
			t.Errorf("%s:%d: %s", file, one.line, problem)
		}
	}
	if checked < 10 {
		t.Errorf("only %d blocks were found", checked)
	}
}

// The check itself finds what is wrong.
func TestBlocks_configurationFindsMistakes(t *testing.T) {
	known := schemas(t)
	for code, want := range map[string]string{
		"resource \"mlregistry_model_stage\" \"p\" {\n  stage = \"Production\"\n}\n":           "",
		"resource \"mlregistry_model_stage\" \"p\" {\n  stag = \"Production\"\n}\n":            "mlregistry_model_stage has no stag",
		"resource \"mlregistry_model_stages\" \"p\" {\n}\n":                                    "no type mlregistry_model_stages",
		"data \"mlregistry_registered_model\" \"p\" {\n  force_destroy = true\n}\n":            "mlregistry_registered_model has no force_destroy",
		"provider \"mlregistry\" {\n  tracking_url = \"http://127.0.0.1:5000\"\n}\n":           "the provider has no tracking_url",
		"resource \"mlregistry_model_stage\" \"p\" {\n":                                        "Unclosed configuration block",
		"check \"c\" {\n  data \"mlregistry_registered_model\" \"f\" {\n    nam = 1\n  }\n}\n": "mlregistry_registered_model has no nam",
	} {
		got := strings.Join(known.problems(code), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: problems are %q, want %q", code, got, want)
		}
	}
}

// Commands that texts show can be read by bash, and the make targets that texts name exist.
func TestBlocks_commands(t *testing.T) {
	targets := targetsOf(read(t, "GNUmakefile"))
	checked, named := 0, 0
	look := func(file string, line int, script string) {
		for _, target := range madeBy(script) {
			named++
			if !slices.Contains(targets, target) {
				t.Errorf("%s:%d: there is no make target %s", file, line, target)
			}
		}
	}
	for _, file := range files(t, ".md", ".md.tmpl") {
		prose, found := split(read(t, file))
		for _, one := range found {
			if !slices.Contains([]string{"shell", "bash", "sh"}, one.language) {
				continue
			}
			checked++
			check := exec.Command("bash", "-n")
			check.Stdin = strings.NewReader(one.code)
			if output, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s:%d: %v\n%s", file, one.line, err, output)
			}
			look(file, one.line, one.code)
		}
		for number, line := range prose {
			for _, span := range codeSpan.FindAllString(line, -1) {
				look(file, number+1, strings.Trim(span, "`"))
			}
		}
	}
	if checked < 5 || named < 30 {
		t.Errorf("only %d blocks and %d targets were found", checked, named)
	}
}

// The check itself reads Makefiles and commands as make and a shell do.
func TestBlocks_commandsFindsTargets(t *testing.T) {
	if got := targetsOf("N ?= 1\nexport X := 2\n.PHONY: demo\ndemo: build ## act\n\t@run: it\nbench-embedded:\n"); !slices.Equal(got, []string{"demo", "bench-embedded"}) {
		t.Errorf("targets are %v", got)
	}
	for command, want := range map[string][]string{
		"make bench-embedded N=5":    {"bench-embedded"},
		"RUN=a make demo   # act":    {"demo"},
		"make demo\n  make test\n":   {"demo", "test"},
		"make ROUNDS=10 race":        {"race"},
		"make":                       nil,
		"cmake demo":                 nil,
		"tools/x.sh make_it":         nil,
		"make compat MLFLOW=\"2.9\"": {"compat"},
	} {
		if got := madeBy(command); !slices.Equal(got, want) {
			t.Errorf("%s makes %v, want %v", command, got, want)
		}
	}
}

var (
	targetLine = regexp.MustCompile(`(?m)^([a-z][a-z-]*):(?:[^=]|$)`)
	makeCall   = regexp.MustCompile(`(?m)^ *(?:[A-Z_]+=\S+ )*make (?:[A-Z_]+=\S+ )*([a-z][a-z-]*)`)
)

// targetsOf returns the targets of a Makefile.
func targetsOf(makefile string) []string { return firstGroups(targetLine, makefile) }

// madeBy returns the first target of each call of make in a script.
func madeBy(script string) []string { return firstGroups(makeCall, script) }

func firstGroups(pattern *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// The rest can be read too.
func TestBlocks_data(t *testing.T) {
	for file, one := range blocks(t, "yaml", "json") {
		var value any
		read := yaml.Unmarshal
		if one.language == "json" {
			read = json.Unmarshal
		}
		if err := read([]byte(one.code), &value); err != nil {
			t.Errorf("%s:%d: %v", file, one.line, err)
		}
	}
}

// blocks ranges over the blocks of some languages in all texts.
func blocks(t *testing.T, languages ...string) func(yield func(string, block) bool) {
	t.Helper()
	return func(yield func(string, block) bool) {
		for _, file := range files(t, ".md", ".md.tmpl") {
			_, found := split(read(t, file))
			for _, one := range found {
				if slices.Contains(languages, one.language) && !yield(file, one) {
					return
				}
			}
		}
	}
}

// attributes are the names of the attributes of a schema.
type attributes struct {
	Block struct {
		Attributes map[string]any `json:"attributes"`
		Blocks     map[string]any `json:"block_types"`
	} `json:"block"`
}

// providerSchemas are those of all types of the provider, as terraform providers schema -json writes them.
type providerSchemas struct {
	Provider    attributes            `json:"provider"`
	Resources   map[string]attributes `json:"resource_schemas"`
	DataSources map[string]attributes `json:"data_source_schemas"`
	Ephemeral   map[string]attributes `json:"ephemeral_resource_schemas"`
}

// schemas asks the provider of this checkout.
func schemas(t *testing.T) providerSchemas {
	t.Helper()
	command := exec.Command("go", "run", "./tools/providerschema")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go run ./tools/providerschema: %v\n%s", err, output)
	}
	var document struct {
		Providers map[string]providerSchemas `json:"provider_schemas"`
	}
	if err := json.Unmarshal(output, &document); err != nil || len(document.Providers) != 1 {
		t.Fatalf("%d providers in the schemas, %v", len(document.Providers), err)
	}
	for _, one := range document.Providers {
		return one
	}
	panic("unreachable")
}

// problems returns what is wrong with a configuration.
func (s providerSchemas) problems(code string) []string {
	file, diagnostics := hclsyntax.ParseConfig([]byte(code), "text", hcl.InitialPos)
	if diagnostics.HasErrors() {
		return []string{diagnostics.Error()}
	}
	return s.problemsIn(file.Body.(*hclsyntax.Body))
}

func (s providerSchemas) problemsIn(body *hclsyntax.Body) []string {
	var problems []string
	for _, one := range body.Blocks {
		types := map[string]map[string]attributes{"resource": s.Resources, "data": s.DataSources, "ephemeral": s.Ephemeral}[one.Type]
		switch {
		case one.Type == "provider" && one.Labels[0] == "mlregistry":
			problems = append(problems, s.Provider.missing("the provider", one.Body, "alias")...)
		case types != nil && strings.HasPrefix(one.Labels[0], "mlregistry_"):
			schema, ok := types[one.Labels[0]]
			if !ok {
				problems = append(problems, "there is no type "+one.Labels[0])
				continue
			}
			problems = append(problems, schema.missing(one.Labels[0], one.Body, metaArguments...)...)
		case one.Type == "check":
			problems = append(problems, s.problemsIn(one.Body)...)
		}
	}
	return problems
}

// missing names what a body sets and the schema does not have.
func (a attributes) missing(of string, body *hclsyntax.Body, besides ...string) []string {
	var problems []string
	wrong := func(name string) {
		if a.Block.Attributes[name] == nil && a.Block.Blocks[name] == nil && !slices.Contains(besides, name) {
			problems = append(problems, of+" has no "+name)
		}
	}
	for name := range body.Attributes {
		wrong(name)
	}
	for _, inner := range body.Blocks {
		wrong(inner.Type)
	}
	return problems
}
