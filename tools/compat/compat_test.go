package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRunsBecomeTables(t *testing.T) {
	folder := t.TempDir()
	runs := filepath.Join(folder, "runs")
	if err := os.Mkdir(runs, 0o755); err != nil {
		t.Fatal(err)
	}
	guide := write(t, folder, "guide.md", "# Guide\n\n"+beginMark+"\nold\n"+endMark+"\nThe end.\n")
	kept := filepath.Join(folder, "measured.json")

	write(t, runs, "mlflow-3.10.0.json", `{"TestAccModelAlias_life": "pass", "TestAccH7_x": "pass", "TestAccH8_x": "fail", "TestUnit": "fail"}`)
	write(t, runs, "terraform-tofu-1.12.6.json", `{"TestAccNews_a": "pass"}`)
	write(t, runs, "database-mariadb.json", `{"TestAccNews_a": "pass"}`)
	write(t, runs, "database-postgres-replica.json", `{"TestAccNews_a": "fail"}`)
	if err := update(runs, kept, guide); err != nil {
		t.Fatal(err)
	}
	// A second run of another version: the first one's column is kept.
	if err := os.Remove(filepath.Join(runs, "mlflow-3.10.0.json")); err != nil {
		t.Fatal(err)
	}
	write(t, runs, "mlflow-2.9.2.json", `{"TestAccModelAlias_life": "pass", "TestAccModelAlias_new": "lacks news: needs MLflow 3.10.0, this is 2.9.2",
		"TestContract": "pass", "TestContract/server/a": "lacks names: needs MLflow 3.0.0, this is 2.9.2", "TestAccNews_a": "lacks news: needs x",
		"TestAccQuery": "lacks terraform query: needs x"}`)
	if err := update(runs, kept, guide); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, want := range []string{
		"# Guide\n\n" + beginMark + "\n\n### MLflow\n\n| Tests of | MLflow 2.9.2 | MLflow 3.10.0 |\n|---|---|---|\n",
		"| `mlregistry_model_alias` | 1 pass (1) | 1 pass |\n",
		"| the hard cases of a handover | – | 1 of 2 fail |\n",
		"| every request of the API, by itself | 1 pass (2) | – |\n",
		"| News | no (1) | – |\n",
		"\n\n1. Without: news.\n2. Without: names.\n",
		"| Tests of | OpenTofu 1.12.6 |\n",
		"\n\n" + endMark + "\nThe end.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the guide does not hold %q:\n%s", want, text)
		}
	}
	if !strings.Contains(text, "### Databases\n\n| Tests of | MariaDB | PostgreSQL, reads from a replica |\n") {
		t.Errorf("the guide has no table of databases:\n%s", text)
	}
	if strings.Contains(text, "query") {
		t.Error("the table of servers says what the CLI lacks")
	}
	if strings.Contains(text, "old") {
		t.Error("the old tables are still there")
	}
}

// The tables of the guide are what was measured, not what somebody wrote.
func TestTheGuideShowsWhatWasMeasured(t *testing.T) {
	known, err := load("measured.json")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("../../templates/guides/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	copied := write(t, t.TempDir(), "guide.md", string(content))
	if err := writeGuide(copied, known); err != nil {
		t.Fatal(err)
	}
	rendered, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if string(rendered) != string(content) {
		t.Error("templates/guides/compatibility.md is not what measured.json says: make compat writes it")
	}
}
