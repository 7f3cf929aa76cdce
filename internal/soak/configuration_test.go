package soak_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	modelType   = "mlregistry_registered_model"
	versionType = "mlregistry_model_version"
	pointerType = "mlregistry_model_stage"
)

// block is one resource of a configuration. Its attributes are strings, booleans, maps of strings and references.
type block struct {
	typ, name  string
	attributes map[string]any
}

// reference is an attribute of another resource.
type reference struct{ address, attribute string }

func (b block) address() string { return b.typ + "." + b.name }

// text returns a string attribute; empty when it is not set.
func (b block) text(attribute string) string {
	text, _ := b.attributes[attribute].(string)
	return text
}

// needs returns the addresses that the block refers to.
func (b block) needs() []string {
	var addresses []string
	for _, value := range b.attributes {
		if to, ok := value.(reference); ok && !slices.Contains(addresses, to.address) {
			addresses = append(addresses, to.address)
		}
	}
	slices.Sort(addresses)
	return addresses
}

func (b block) clone() block {
	b.attributes = maps.Clone(b.attributes)
	return b
}

// hcl writes the block as a user would.
func (b block) hcl() string {
	var text strings.Builder
	fmt.Fprintf(&text, "resource %q %q {\n", b.typ, b.name)
	for _, name := range slices.Sorted(maps.Keys(b.attributes)) {
		switch value := b.attributes[name].(type) {
		case string:
			fmt.Fprintf(&text, "  %s = %q\n", name, value)
		case reference:
			fmt.Fprintf(&text, "  %s = %s.%s\n", name, value.address, value.attribute)
		case map[string]string:
			fmt.Fprintf(&text, "  %s = {", name)
			for index, key := range slices.Sorted(maps.Keys(value)) {
				if index > 0 {
					text.WriteString(",")
				}
				fmt.Fprintf(&text, " %s = %q", key, value[key])
			}
			text.WriteString(" }\n")
		default:
			fmt.Fprintf(&text, "  %s = %v\n", name, value)
		}
	}
	return text.String() + "}\n"
}

// configuration is all resources that are wanted.
type configuration []block

func (c configuration) clone() configuration {
	copied := make(configuration, 0, len(c))
	for _, each := range c {
		copied = append(copied, each.clone())
	}
	return copied
}

func (c configuration) find(address string) (block, bool) {
	for _, each := range c {
		if each.address() == address {
			return each, true
		}
	}
	return block{}, false
}

func (c configuration) hcl() string {
	texts := make([]string, 0, len(c))
	for _, each := range c {
		texts = append(texts, each.hcl())
	}
	return strings.Join(texts, "")
}

// evaluate returns the block as a value of its type. Attributes of other resources come from known; those that are not
// there yet are unknown.
func (b block) evaluate(shape tftypes.Object, known map[string]tftypes.Value) tftypes.Value {
	attributes := make(map[string]tftypes.Value, len(shape.AttributeTypes))
	for name, typ := range shape.AttributeTypes {
		switch value := b.attributes[name].(type) {
		case reference:
			attributes[name] = tftypes.NewValue(typ, tftypes.UnknownValue)
			if target, ok := known[value.address]; ok {
				attributes[name] = attributesOf(target)[value.attribute]
			}
		case map[string]string:
			elements := make(map[string]tftypes.Value, len(value))
			for key, text := range value {
				elements[key] = tftypes.NewValue(tftypes.String, text)
			}
			attributes[name] = tftypes.NewValue(typ, elements)
		default:
			attributes[name] = tftypes.NewValue(typ, value)
		}
	}
	return tftypes.NewValue(shape, attributes)
}
