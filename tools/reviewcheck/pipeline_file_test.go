//go:build policies

package reviewcheck

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// ci is the folder of the pipelines, seen from this package.
const ci = "../../examples/ci"

// command is a shell script of a pipeline and what it needs to run.
type command struct {
	script string
	// after tells that it runs although one before it failed, and that its own failure changes nothing.
	after bool
	env   map[string]string
}

// job is a job of a pipeline, in the order in which they run.
type job struct {
	name     string
	commands []command
}

// githubPipeline is what of GitHub's workflow syntax the files use. A key that is not listed here fails the test: actionlint
// (make lint) knows the whole syntax, this test only runs what it understands.
type githubPipeline struct {
	Name        string            `yaml:"name"`
	On          map[string]any    `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Concurrency map[string]any    `yaml:"concurrency"`
	Env         map[string]string `yaml:"env"`
	Jobs        yaml.Node         `yaml:"jobs"`
}

type githubJob struct {
	Needs       string            `yaml:"needs"`
	If          string            `yaml:"if"`
	Environment string            `yaml:"environment"`
	RunsOn      string            `yaml:"runs-on"`
	Permissions map[string]string `yaml:"permissions"`
	Steps       []struct {
		Name string            `yaml:"name"`
		ID   string            `yaml:"id"`
		If   string            `yaml:"if"`
		Uses string            `yaml:"uses"`
		With map[string]any    `yaml:"with"`
		Env  map[string]string `yaml:"env"`
		Run  string            `yaml:"run"`
	} `yaml:"steps"`
}

// githubJobs returns what runs for an event: pull_request, push or schedule.
func githubJobs(t *testing.T, file, event string) []job {
	t.Helper()
	var pipeline githubPipeline
	parse(t, filepath.Join(ci, "github", file), &pipeline)
	if _, triggers := pipeline.On[event]; !triggers {
		t.Fatalf("%s does not run on %s", file, event)
	}
	var jobs []job
	for name, node := range pairs(t, &pipeline.Jobs) {
		var declared githubJob
		decode(t, node, &declared)
		if !githubCondition(t, declared.If, event) {
			continue
		}
		one := job{name: name}
		for _, step := range declared.Steps {
			if step.Run == "" || !githubCondition(t, step.If, event) {
				continue
			}
			one.commands = append(one.commands, command{script: step.Run, env: step.Env, after: step.If == "failure()"})
		}
		jobs = append(jobs, one)
	}
	return jobs
}

// githubCondition evaluates the conditions that the files use.
func githubCondition(t *testing.T, condition, event string) bool {
	t.Helper()
	switch condition {
	case "", "failure()":
		return true
	case "github.event_name == 'pull_request'":
		return event == "pull_request"
	case "github.event_name == 'push'":
		return event == "push"
	}
	t.Fatalf("no test for the condition %q", condition)
	return false
}

// gitlabJob is what of GitLab's syntax the files use.
type gitlabJob struct {
	Stage string `yaml:"stage"`
	Rules []struct {
		If   string `yaml:"if"`
		When string `yaml:"when"`
	} `yaml:"rules"`
	Environment   string         `yaml:"environment"`
	ResourceGroup string         `yaml:"resource_group"`
	Script        []string       `yaml:"script"`
	AfterScript   []string       `yaml:"after_script"`
	Artifacts     map[string]any `yaml:"artifacts"`
}

// gitlabJobs returns what runs for an event, stage by stage.
func gitlabJobs(t *testing.T, file, event string) []job {
	t.Helper()
	var document yaml.Node
	parse(t, filepath.Join(ci, "gitlab", file), &document)
	var stages []string
	byStage := map[string][]job{}
	for name, node := range pairs(t, document.Content[0]) {
		switch name {
		case "stages":
			decode(t, node, &stages)
			continue
		case "default", "variables":
			continue
		}
		var declared gitlabJob
		decode(t, node, &declared)
		if !slices.Contains(stages, declared.Stage) || len(declared.Script) == 0 {
			t.Fatalf("the job %s of %s has no script, or its stage %q is not one of %v", name, file, declared.Stage, stages)
		}
		for _, rule := range declared.Rules {
			if !gitlabCondition(t, rule.If, event) {
				continue
			}
			one := job{name: name}
			for _, line := range declared.Script {
				one.commands = append(one.commands, command{script: line})
			}
			for _, line := range declared.AfterScript {
				one.commands = append(one.commands, command{script: line, after: true})
			}
			byStage[declared.Stage] = append(byStage[declared.Stage], one)
			break
		}
	}
	var jobs []job
	for _, stage := range stages {
		jobs = append(jobs, byStage[stage]...)
	}
	return jobs
}

// gitlabCondition evaluates the rules that the files use.
func gitlabCondition(t *testing.T, condition, event string) bool {
	t.Helper()
	switch condition {
	case `$CI_PIPELINE_SOURCE == "merge_request_event"`:
		return event == "pull_request"
	case `$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "push"`:
		return event == "push"
	case `$CI_PIPELINE_SOURCE == "schedule"`:
		return event == "schedule"
	}
	t.Fatalf("no test for the rule %q", condition)
	return false
}

// parse reads a YAML file into a value, and fails on keys that the value has no place for.
func parse(t *testing.T, file string, into any) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// decode is parse for a part of a file.
func decode(t *testing.T, node *yaml.Node, into any) {
	t.Helper()
	text, err := yaml.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// pairs ranges over a mapping in the order of the file.
func pairs(t *testing.T, node *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	t.Helper()
	if node.Kind != yaml.MappingNode {
		t.Fatalf("line %d is no mapping", node.Line)
	}
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}
