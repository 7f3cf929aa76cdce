package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// A guide has its tables between these lines.
const (
	beginMark = "<!-- The tables below are written by make compat. -->"
	endMark   = "<!-- End of what make compat writes. -->"
)

// titles says what the areas are called in the guide, in the order of its rows. An area without a title stands at the
// end under its own name.
var titles = []row{
	{"RegisteredModel", "`mlregistry_registered_model`"},
	{"ModelVersion", "`mlregistry_model_version`"},
	{"ModelStage", "`mlregistry_model_stage`"},
	{"ModelAlias", "`mlregistry_model_alias`"},
	{"Tag", "`mlregistry_registered_model_tag`, `mlregistry_model_version_tag`"},
	{"RegisteredModelData", "data source `mlregistry_registered_model`"},
	{"RegisteredModelsData", "data source `mlregistry_registered_models`"},
	{"ModelVersionData", "data source `mlregistry_model_version`"},
	{"ModelVersionsData", "data source `mlregistry_model_versions`"},
	{"ServerData", "data source `mlregistry_server`"},
	{"Data", "data sources beside what they read"},
	{"Promotion", "promotions in every order of the graph"},
	{"Case", "the hard cases of a handover"},
	{"Replace", "what is destroyed beside its successor"},
	{"ChangedMeanwhile", "what others change during an apply"},
	{"RequireTags", "`require_tags`"},
	{"PromotionTags", "`promotion_tags`"},
	{"Prompts", "prompts, refused"},
	{"Claims", "two resources that claim one stage"},
	{"Fault", "lost answers"},
	{"CLI", "saved plans, `-target`, `for_each`"},
	{"BadInput", "mistakes found in the plan"},
	{"Provider", "connection settings"},
	{"Connection", "proxies, certificates, credential commands"},
	{"Secrets", "no secret in any output"},
	{"Timeouts", "time limits"},
	{"Interrupt", "Ctrl-C"},
	{"Import", "import"},
	{"GeneratedConfiguration", "generated configuration"},
	{"Identity", "resource identity"},
	{"Query", "`terraform query`"},
	{"Guide", "what the guides show"},
	{"ServerFeatures", "messages about what a server lacks"},
	{"Functions", "functions"},
	{"Contract", "every request of the API, by itself"},
	{"Workspace", "a provider killed in the middle"},
}

// databases says what the databases of with-mlflow.sh are called in the guide.
var databases = map[string]string{"postgres": "PostgreSQL", "postgres-replica": "PostgreSQL, reads from a replica", "mariadb": "MariaDB"}

// ofTheCLI are areas that say nothing about a server: the CLI alone decides about them.
var ofTheCLI = []string{"Identity", "Query"}

// writeGuide replaces the part of a guide between the marks.
func writeGuide(file string, known *measured) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(content), beginMark)
	_, after, ended := strings.Cut(rest, endMark)
	if !begun || !ended {
		return fmt.Errorf("%s has no place for the tables: it lacks the lines %q and %q", file, beginMark, endMark)
	}
	return os.WriteFile(file, []byte(before+beginMark+"\n\n"+tables(known)+"\n"+endMark+after), 0o600)
}

// tables renders what was measured.
func tables(known *measured) string {
	return "### MLflow\n\n" + table(known.of("mlflow"), "MLflow", ofTheCLI...) +
		"\n### Databases\n\n" + table(known.of("database"), "", ofTheCLI...) +
		"\n### Terraform and OpenTofu\n\n" + table(known.of("terraform"), "Terraform")
}

// table renders the runs with one program, without some areas.
func table(runs []column, program string, without ...string) string {
	if len(runs) == 0 {
		return "Not measured yet.\n"
	}
	header, rule, days := "| Tests of |", "|---|", "| measured on |"
	for _, run := range runs {
		name := strings.TrimSpace(program + " " + cmp.Or(databases[run.Version], run.Version))
		if number, isTofu := strings.CutPrefix(run.Version, "tofu-"); isTofu {
			name = "OpenTofu " + number
		}
		header += " " + name + " |"
		rule += "---|"
		days += " " + run.Date + " |"
	}
	lines := []string{header, rule}
	var notes []string
	for _, row := range rows(runs) {
		if slices.Contains(without, row.area) {
			continue
		}
		line := "| " + row.title + " |"
		for _, run := range runs {
			line += " " + cell(run.Areas[row.area], &notes) + " |"
		}
		lines = append(lines, line)
	}
	lines = append(lines, days, "")
	for number, note := range notes {
		lines = append(lines, fmt.Sprintf("%d. Without: %s.", number+1, note))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

type row struct{ area, title string }

// rows returns the areas that any run has, titled ones first.
func rows(runs []column) []row {
	areas := map[string]bool{}
	for _, run := range runs {
		for area := range run.Areas {
			areas[area] = true
		}
	}
	var found []row
	for _, one := range titles {
		if areas[one.area] {
			found = append(found, one)
		}
		delete(areas, one.area)
	}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		found = append(found, row{area, area})
	}
	return found
}

// cell says what came of an area's tests, and notes which features were lacking.
func cell(one tally, notes *[]string) string {
	mark := ""
	if len(one.Lacking) > 0 {
		note := strings.Join(one.Lacking, "; ")
		if !slices.Contains(*notes, note) {
			*notes = append(*notes, note)
		}
		mark = fmt.Sprintf(" (%d)", slices.Index(*notes, note)+1)
	}
	switch {
	case one.Failed > 0:
		return fmt.Sprintf("%d of %d fail%s", one.Failed, one.Failed+one.Passed, mark)
	case one.Passed > 0:
		return fmt.Sprintf("%d pass%s", one.Passed, mark)
	case mark != "":
		return "no" + mark
	}
	return "–"
}
