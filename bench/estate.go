package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// estate is a configuration of many instances of one or two resource types. Its keys are numbers from first to last.
type estate struct {
	first, last int
	resources   []resource
	// set makes for_each go over a set instead of a map: Terraform takes several times as long for the same instances.
	set bool
}

// keys is the local value that for_each goes over.
func (e estate) keys() string {
	if e.set {
		return "set"
	}
	return "map"
}

// resource is one block with for_each. Its arguments, and what its state has to start with, depend on the key.
type resource struct {
	kind      string
	arguments string
	state     func(key int) map[string]any
}

// modelName is how the registry's many models are called, in Terraform and here.
const modelName = `format("model-%04d", each.key)`

func name(key int) string { return fmt.Sprintf("model-%04d", key) }

// versions adopts versions of one model, with version 1 in Production if it is among them.
func versions(model string, first, last int) estate {
	return estate{first: first, last: last, resources: []resource{{
		"mlregistry_model_version",
		fmt.Sprintf("model_name = %q\n  version    = each.key\n  stage      = each.key == \"1\" ? \"Production\" : null", model),
		func(key int) map[string]any { return map[string]any{"model_name": model, "version": fmt.Sprint(key)} },
	}}}
}

// pointers gives Production of many models to one version each.
func pointers(count, version int) estate {
	return estate{first: 1, last: count, resources: []resource{{
		"mlregistry_model_stage",
		fmt.Sprintf("model_name = %s\n  stage      = \"Production\"\n  version    = %d", modelName, version),
		func(key int) map[string]any {
			return map[string]any{"model_name": name(key), "stage": "Production", "version": fmt.Sprint(version), "on_destroy": "archive"}
		},
	}}}
}

// aliases declares many models with an alias each.
func aliases(count int) estate {
	return estate{first: 1, last: count, resources: []resource{
		{
			"mlregistry_registered_model", "name = " + modelName,
			func(key int) map[string]any { return map[string]any{"name": name(key), "force_destroy": false} },
		},
		{
			"mlregistry_model_alias", "model_name = " + modelName + "\n  alias      = \"champion\"\n  version    = 1",
			func(key int) map[string]any {
				return map[string]any{"model_name": name(key), "alias": "champion", "version": "1"}
			},
		},
	}}
}

// births registers versions of one model.
func births(count int) estate {
	return estate{first: 1, last: count, resources: []resource{{
		"mlregistry_model_version", "model_name = \"born\"\n  source     = \"s3://models/born/${each.key}\"", nil,
	}}}
}

// write puts the configuration into a folder.
func (e estate) write(folder, uri string) error {
	var text strings.Builder
	fmt.Fprintf(&text, terraform.Requirements+`provider "mlregistry" {
  tracking_uri = %q
}
`, uri)
	for _, r := range e.resources {
		fmt.Fprintf(&text, "resource %q \"many\" {\n  for_each   = local.%s\n  %s\n}\n", r.kind, e.keys(), r.arguments)
	}
	fmt.Fprintf(&text, "locals {\n  set = toset(keys(local.map))\n  map = {\n")
	for key := e.first; key <= e.last; key++ {
		fmt.Fprintf(&text, "    \"%d\" = %[1]d\n", key)
	}
	text.WriteString("  }\n}\n")
	return os.WriteFile(filepath.Join(folder, "main.tf"), []byte(text.String()), 0o600)
}

// writeState puts a state into a folder that names every instance and leaves the rest to a refresh.
func (e estate) writeState(folder string) error {
	var resources []map[string]any
	for _, r := range e.resources {
		var instances []map[string]any
		for key := e.first; key <= e.last; key++ {
			instances = append(instances, map[string]any{"index_key": fmt.Sprint(key), "schema_version": 0, "attributes": r.state(key)})
		}
		resources = append(resources, map[string]any{
			"mode": "managed", "type": r.kind, "name": "many", "instances": instances,
			"provider": `provider["registry.terraform.io/mlregistry/mlregistry"]`,
		})
	}
	content, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "bench", "resources": resources,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "terraform.tfstate"), content, 0o600)
}
