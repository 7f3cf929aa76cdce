package mlflow_test

import (
	"maps"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestNumbersAndTimesComeInTwoForms(t *testing.T) {
	for _, body := range []string{
		`{"model_version": {"name": "m", "version": "7", "creation_timestamp": 1700000000123, "last_updated_timestamp": 1700000000456}}`,
		`{"model_version": {"name": "m", "version": 7, "creation_timestamp": "1700000000123", "last_updated_timestamp": "1700000000456", "later_field": {}}}`,
	} {
		got, err := serve(t, says(200, body)).connect().Version(t.Context(), "m", 7)
		must(t, err)
		if got.Number != 7 || !got.CreatedAt.Equal(time.UnixMilli(1700000000123)) || !got.UpdatedAt.Equal(time.UnixMilli(1700000000456)) {
			t.Errorf("%+v", got)
		}
	}
}

func TestStagesAndStatusesThatAreMissingOrUnknown(t *testing.T) {
	for fields, want := range map[string]registry.Version{
		``:                                    {Stage: "None", Status: "READY"},
		`, "current_stage": "", "status": ""`: {Stage: "None", Status: "READY"},
		`, "current_stage": "production", "status": "PENDING_REGISTRATION"`:               {Stage: "Production", Status: "PENDING_REGISTRATION"},
		`, "current_stage": "Canary", "status": "FROZEN", "creation_timestamp": null`:     {Stage: "Canary", Status: "FROZEN"},
		`, "status": "FAILED_REGISTRATION", "status_message": "no such file", "tags": []`: {Stage: "None", Status: "FAILED_REGISTRATION"},
	} {
		got, err := serve(t, says(200, `{"model_version": {"name": "m", "version": "7"`+fields+`}}`)).connect().Version(t.Context(), "m", 7)
		must(t, err)
		if got.Stage != want.Stage || got.Status != want.Status || !got.CreatedAt.IsZero() || got.Tags == nil {
			t.Errorf("%s: %+v", fields, got)
		}
	}
}

func TestAModelHasItsAliases(t *testing.T) {
	body := `{"registered_model": {"name": "m", "aliases": [{"alias": "champion", "version": "3"}, {"alias": "next", "version": 4}]}}`
	got, err := serve(t, says(200, body)).connect().Model(t.Context(), "m")
	must(t, err)
	if want := map[string]registry.Number{"champion": 3, "next": 4}; !maps.Equal(got.Aliases, want) {
		t.Errorf("aliases %v, want %v", got.Aliases, want)
	}
}

func TestRequestsAreWhatMLflowExpects(t *testing.T) {
	server := serve(t, says(200, aModel), says(200, aVersion), says(200, aVersion), says(200, "{}"), says(200, aModel))
	client := server.connect()
	ctx := t.Context()
	_, err := client.CreateModel(ctx, registry.NewModel{Name: "m", Tags: map[string]string{"b": "2", "a": "1"}})
	must(t, err)
	_, err = client.CreateVersion(ctx, registry.NewVersion{Model: "m", Source: "s3://b/1"})
	must(t, err)
	_, err = client.TransitionStage(ctx, registry.Transition{Model: "m", Number: 7, Stage: "Staging", ArchiveExisting: true})
	must(t, err)
	must(t, client.DeleteVersionTag(ctx, "m", 7, "k"))
	_, err = client.DescribeModel(ctx, "m", "")
	must(t, err)
	for i, want := range []string{
		`POST /api/2.0/mlflow/registered-models/create {"name":"m","tags":[{"key":"a","value":"1"},{"key":"b","value":"2"}]}`,
		`POST /api/2.0/mlflow/model-versions/create {"name":"m","source":"s3://b/1"}`,
		`POST /api/2.0/mlflow/model-versions/transition-stage {"name":"m","version":"7","stage":"Staging","archive_existing_versions":true}`,
		`DELETE /api/2.0/mlflow/model-versions/delete-tag {"name":"m","version":"7","key":"k"}`,
		`PATCH /api/2.0/mlflow/registered-models/update {"name":"m","description":""}`,
	} {
		if got := server.got[i].Method + " " + server.got[i].URL.Path + " " + server.content[i]; got != want {
			t.Errorf("request %d is %s, want %s", i+1, got, want)
		}
		if server.got[i].Header.Get("Content-Type") != "application/json" || server.got[i].Header.Get("Accept") != "application/json" {
			t.Errorf("request %d has the headers %v", i+1, server.got[i].Header)
		}
	}
}
