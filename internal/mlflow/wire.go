package mlflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// answer is the JSON object that a 200 carries. complete says whether it is what this endpoint answers;
// another service's JSON decodes without an error and is told apart here.
type answer interface{ complete(body []byte) error }

// nothing is the answer of endpoints that only confirm: {}.
type nothing struct{}

func (nothing) complete([]byte) error { return nil }

// textAnswer is the answer of the few endpoints that send plain text.
type textAnswer struct{ text string }

func (a *textAnswer) complete(body []byte) error {
	a.text = strings.TrimSpace(string(body))
	return nil
}

type modelAnswer struct {
	Model *modelWire `json:"registered_model"`
}

func (a *modelAnswer) complete([]byte) error {
	if a.Model == nil || a.Model.Name == "" {
		return errors.New(`the answer has no "registered_model"`)
	}
	return nil
}

type versionAnswer struct {
	Version *versionWire `json:"model_version"`
}

func (a *versionAnswer) complete([]byte) error {
	if a.Version == nil || a.Version.Number == 0 {
		return errors.New(`the answer has no "model_version"`)
	}
	return nil
}

type tagWire struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type aliasWire struct {
	Alias   string        `json:"alias"`
	Version versionNumber `json:"version"`
}

type modelWire struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	CreatedAt   instant     `json:"creation_timestamp"`
	UpdatedAt   instant     `json:"last_updated_timestamp"`
	Tags        []tagWire   `json:"tags"`
	Aliases     []aliasWire `json:"aliases"`
	Latest      []struct {
		Version versionNumber `json:"version"`
		Status  string        `json:"status"`
	} `json:"latest_versions"`
}

func (w *modelWire) model() registry.Model {
	aliases := make(map[string]registry.Number, len(w.Aliases))
	for _, alias := range w.Aliases {
		aliases[alias.Alias] = registry.Number(alias.Version)
	}
	var newest registry.Number
	latest := make(map[registry.Number]registry.Status, len(w.Latest))
	for _, version := range w.Latest {
		latest[registry.Number(version.Version)] = statusOf(version.Status)
		newest = max(newest, registry.Number(version.Version))
	}
	return registry.Model{
		Name: w.Name, Description: w.Description, Tags: tagMap(w.Tags), Aliases: aliases, LatestVersion: newest, Latest: latest,
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}
}

type versionWire struct {
	Model         string        `json:"name"`
	Number        versionNumber `json:"version"`
	CreatedAt     instant       `json:"creation_timestamp"`
	UpdatedAt     instant       `json:"last_updated_timestamp"`
	UserID        string        `json:"user_id"`
	Stage         string        `json:"current_stage"`
	Description   string        `json:"description"`
	Source        string        `json:"source"`
	RunID         string        `json:"run_id"`
	Status        string        `json:"status"`
	StatusMessage string        `json:"status_message"`
	Tags          []tagWire     `json:"tags"`
	RunLink       string        `json:"run_link"`
	ModelID       string        `json:"model_id"`
}

func (w *versionWire) version() registry.Version {
	return registry.Version{
		Model: w.Model, Number: registry.Number(w.Number), Stage: stageOf(w.Stage), Stageless: w.Stage == "", Status: statusOf(w.Status),
		StatusMessage: w.StatusMessage, Source: w.Source, RunID: w.RunID, RunLink: w.RunLink, ModelID: w.ModelID,
		Description: w.Description, Tags: tagMap(w.Tags), UserID: w.UserID,
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time,
	}
}

// stageOf spells a known stage as MLflow does, reads a missing one as None, and keeps an unknown one: the caller sees what the
// server said, as one line.
func stageOf(text string) registry.Stage {
	if text == "" {
		return registry.StageNone
	}
	if stage, err := registry.ParseStage(text); err == nil {
		return stage
	}
	return registry.Stage(redact.OneLine(text))
}

// statusOf reads a missing status as READY: a server that writes none has no other.
func statusOf(text string) registry.Status {
	if text == "" {
		return registry.StatusReady
	}
	return registry.Status(redact.OneLine(text))
}

func tagMap(tags []tagWire) map[string]string {
	values := make(map[string]string, len(tags))
	for _, tag := range tags {
		values[tag.Key] = tag.Value
	}
	return values
}

// tagList returns the tags sorted by key, so that the same request is always the same bytes.
func tagList(tags map[string]string) []tagWire {
	list := make([]tagWire, 0, len(tags))
	for key, value := range tags {
		list = append(list, tagWire{Key: key, Value: value})
	}
	slices.SortFunc(list, func(a, b tagWire) int { return bytes.Compare([]byte(a.Key), []byte(b.Key)) })
	return list
}

// versionNumber is a version number that servers write as a string, and some as a number.
type versionNumber registry.Number

// UnmarshalJSON accepts "7" and 7.
func (n *versionNumber) UnmarshalJSON(data []byte) error {
	number, err := registry.ParseNumber(unquoted(data))
	if err != nil {
		return err
	}
	*n = versionNumber(number)
	return nil
}

func unquoted(data []byte) string {
	var text string
	if json.Unmarshal(data, &text) == nil && len(data) > 0 && data[0] == '"' {
		return text
	}
	return string(data)
}
