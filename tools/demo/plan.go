package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// plan is what the demo reads of a saved plan in the format of terraform show -json.
type plan struct {
	Changes []struct {
		Address string `json:"address"`
		Change  struct {
			Actions []string                   `json:"actions"`
			Before  map[string]json.RawMessage `json:"before"`
			After   map[string]json.RawMessage `json:"after"`
			Unknown map[string]json.RawMessage `json:"after_unknown"`
		} `json:"change"`
	} `json:"resource_changes"`
}

// leavingAttribute lists the versions that leave the stage which a version enters.
const leavingAttribute = "archived_versions"

func parsePlan(text string) (plan, error) {
	var parsed plan
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return plan{}, fmt.Errorf("the plan as JSON: %w", err)
	}
	if parsed.Changes == nil {
		return plan{}, fmt.Errorf("the plan as JSON has no resource_changes")
	}
	return parsed, nil
}

// lines writes what the plan does, in a fixed order: "ADDRESS: NAME BEFORE -> AFTER" for every attribute of a resource
// that it updates, "ADDRESS: ACTION" for everything else. Who leaves a stage is a line of its own, "ADDRESS: archives
// LIST", also where the list is the same as that of the last promotion and Terraform prints no difference; where nobody does, there
// is none.
func (p plan) lines() []string {
	var lines []string
	for _, resource := range p.Changes {
		change := resource.Change
		if action := strings.Join(change.Actions, " and "); action != "update" {
			if action != "no-op" {
				lines = append(lines, resource.Address+": "+action)
			}
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(change.After)) {
			before, after := compact(change.Before[name]), compact(change.After[name])
			switch {
			case name == leavingAttribute && after == "[]":
			case name == leavingAttribute:
				lines = append(lines, fmt.Sprintf("%s: archives %s", resource.Address, after))
			case before != after:
				lines = append(lines, fmt.Sprintf("%s: %s %s -> %s", resource.Address, name, before, after))
			}
		}
		for name, unknown := range change.Unknown {
			if compact(unknown) == "true" {
				lines = append(lines, fmt.Sprintf("%s: %s %s -> known after apply", resource.Address, name, compact(change.Before[name])))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// compact writes a JSON value without white space and with sorted keys; no value is null.
func compact(value json.RawMessage) string {
	var decoded any
	if json.Unmarshal(value, &decoded) != nil {
		return "null"
	}
	text, err := json.Marshal(decoded)
	if err != nil {
		return string(value)
	}
	return string(text)
}
