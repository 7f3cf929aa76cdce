package soak_test

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attributesOf returns the attributes of an object; none for null.
func attributesOf(object tftypes.Value) map[string]tftypes.Value {
	var attributes map[string]tftypes.Value
	if object.IsNull() || !object.IsKnown() {
		return nil
	}
	if err := object.As(&attributes); err != nil {
		panic(err)
	}
	return attributes
}

// text returns a string attribute of an object; empty for null and unknown.
func text(object tftypes.Value, attribute string) string {
	value, ok := attributesOf(object)[attribute]
	if !ok || value.IsNull() || !value.IsKnown() {
		return ""
	}
	var found string
	if err := value.As(&found); err != nil {
		panic(err)
	}
	return found
}

// proposed merges the configuration with the prior state as core does (objchange.ProposedNew): a computed attribute that
// the configuration leaves out keeps its prior value. Nested attributes of this provider are only ever configured.
func proposed(schema *tfprotov6.Schema, prior, config tftypes.Value) tftypes.Value {
	before, wanted := attributesOf(prior), attributesOf(config)
	merged := make(map[string]tftypes.Value, len(wanted))
	for _, attribute := range schema.Block.Attributes {
		merged[attribute.Name] = wanted[attribute.Name]
		if old, ok := before[attribute.Name]; ok && attribute.Computed && wanted[attribute.Name].IsNull() {
			merged[attribute.Name] = old
		}
	}
	return tftypes.NewValue(config.Type(), merged)
}

// checkPlanned says what core refuses as an invalid plan (objchange.AssertPlanValid): a provider may only choose what the
// configuration leaves to it.
func checkPlanned(schema *tfprotov6.Schema, prior, config, planned tftypes.Value) error {
	before, wanted, got := attributesOf(prior), attributesOf(config), attributesOf(planned)
	for _, attribute := range schema.Block.Attributes {
		old, known := before[attribute.Name]
		want, have := wanted[attribute.Name], got[attribute.Name]
		same := known && have.Equal(old) && !old.IsNull() && !want.IsNull()
		if !have.Equal(want) && !same && (!attribute.Computed || !want.IsNull()) {
			return fmt.Errorf("provider produced invalid plan: %s is planned as %s, and configured as %s", attribute.Name, have, want)
		}
	}
	return nil
}

// checkKept says where a later value departs from what was known of it before (objchange.AssertObjectCompatible).
func checkKept(what string, before, after tftypes.Value) error {
	if before.IsNull() != after.IsNull() {
		return fmt.Errorf("%s: was %s, but now %s", what, before, after)
	}
	promised, got := attributesOf(before), attributesOf(after)
	for name, value := range promised {
		if value.IsFullyKnown() && !value.Equal(got[name]) {
			return fmt.Errorf("%s: %s: was %s, but now %s", what, name, value, got[name])
		}
	}
	return nil
}

// asJSON writes a value as a state file holds it.
func asJSON(value tftypes.Value) []byte {
	encoded, err := json.Marshal(plain(value))
	if err != nil {
		panic(err)
	}
	return encoded
}

func plain(value tftypes.Value) any {
	if value.IsNull() {
		return nil
	}
	var (
		word     string
		truth    bool
		number   big.Float
		elements []tftypes.Value
		members  map[string]tftypes.Value
	)
	switch {
	case value.As(&word) == nil:
		return word
	case value.As(&truth) == nil:
		return truth
	case value.As(&number) == nil:
		return json.Number(number.Text('f', -1))
	case value.As(&elements) == nil:
		list := make([]any, 0, len(elements))
		for _, element := range elements {
			list = append(list, plain(element))
		}
		return list
	case value.As(&members) == nil:
		object := make(map[string]any, len(members))
		for name, member := range members {
			object[name] = plain(member)
		}
		return object
	}
	panic(fmt.Sprintf("no JSON for %s", value))
}
