package soak_test

import (
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// change makes one change to the wanted configuration.
func (d *draft) change() {
	versions := d.blocks(versionType)
	if len(versions) == 0 {
		d.add()
		return
	}
	chosen := rapid.SampledFrom(versions).Draw(d.t, "chosen")
	switch rapid.SampledFrom([]string{
		"promote", "promote", "promote", "add", "add", "swap", "replace", "remove", "point", "point", "unpoint", "on_destroy", "describe",
	}).Draw(d.t, "change") {
	case "promote":
		d.give(chosen, d.stage())
	case "add":
		d.add()
	case "swap":
		d.swap(chosen, rapid.SampledFrom(versions).Draw(d.t, "other"))
	case "replace":
		if d.at(chosen).text("source") != "" {
			d.set(chosen, "source", d.source())
		}
	case "remove":
		d.remove(chosen)
	case "point":
		d.point(chosen)
	case "unpoint":
		if pointers := d.blocks(pointerType); len(pointers) > 0 {
			d.unpoint(rapid.SampledFrom(pointers).Draw(d.t, "pointer"))
		}
	case "on_destroy":
		options := []string{"archive", "retain", "delete"}
		if d.at(chosen).text("source") == "" {
			options = options[:2]
		}
		d.set(chosen, "on_destroy", rapid.SampledFrom(options).Draw(d.t, "on_destroy"))
	case "describe":
		d.set(chosen, "description", rapid.SampledFrom([]string{"one", "two"}).Draw(d.t, "description"))
		d.set(chosen, "tags", map[string]string{"step": rapid.SampledFrom([]string{"one", "two"}).Draw(d.t, "tag")})
	}
}

// blocks returns the addresses of the blocks of a type.
func (d *draft) blocks(typ string) []string {
	var found []string
	for _, each := range d.wanted {
		if each.typ == typ {
			found = append(found, each.address())
		}
	}
	return found
}

func (d *draft) at(address string) block {
	found, _ := d.wanted.find(address)
	return found
}

func (d *draft) set(address, attribute string, value any) {
	if value == nil {
		delete(d.at(address).attributes, attribute)
		return
	}
	d.at(address).attributes[attribute] = value
}

func (d *draft) drop(address string) {
	d.wanted = slices.DeleteFunc(d.wanted, func(each block) bool { return each.address() == address })
}

// model returns the value of model_name.
func (d *draft) model() any {
	if d.of.managed() {
		return reference{modelType + ".m", "name"}
	}
	return modelWord
}

func (d *draft) source() string {
	d.sources++
	return fmt.Sprintf("s3://models/%d", d.sources)
}

// stage draws a stage; empty for none given.
func (d *draft) stage() string {
	return rapid.SampledFrom([]string{"Production", "Production", "Staging", "Archived", "None", "production", ""}).Draw(d.t, "new stage")
}

// add adds a version: a new one, or one of those that are there.
func (d *draft) add() {
	taken := make(map[string]bool)
	for _, address := range d.blocks(versionType) {
		taken[d.at(address).text("version")] = true
	}
	var free []string
	for number := 1; number <= len(d.of.seeded); number++ {
		if text := strconv.Itoa(number); !taken[text] {
			free = append(free, text)
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		added := block{typ: versionType, name: name, attributes: map[string]any{"model_name": d.model()}}
		if _, exists := d.wanted.find(added.address()); exists {
			continue
		}
		if len(free) > 0 && rapid.Bool().Draw(d.t, "adopted") {
			added.attributes["version"] = rapid.SampledFrom(free).Draw(d.t, "number")
		} else {
			added.attributes["source"] = d.source()
		}
		if d.of.shared {
			added.attributes["archive_existing_versions"] = false
		}
		d.wanted = append(d.wanted, added)
		d.give(added.address(), d.stage())
		return
	}
}

// give wants a version in a stage, and sees to it that no other resource says otherwise: mostly, since such a
// configuration is one to be refused.
func (d *draft) give(address, stage string) {
	if stage == "" {
		d.set(address, "stage", nil)
		return
	}
	d.set(address, "stage", stage)
	d.agree(address)
}

// agree makes every other resource give way to a version resource.
func (d *draft) agree(address string) {
	mine := d.at(address)
	target := d.wanted.target(mine)
	// One version in two stages is nothing that a plan can refuse: the later resource to be applied wins, and so on.
	for _, pointer := range d.blocks(pointerType) {
		if !sameStage(d.at(pointer), mine) && d.wanted.target(d.at(pointer)) == target {
			d.set(address, "stage", nil)
			return
		}
	}
	if rapid.IntRange(0, 39).Draw(d.t, "conflict") == 39 {
		return
	}
	for _, other := range d.blocks(versionType) {
		if other != address && sameStage(d.at(other), mine) && !d.of.shared {
			d.leave(other)
		}
	}
	for _, pointer := range d.blocks(pointerType) {
		if sameStage(d.at(pointer), mine) && d.wanted.target(d.at(pointer)) != target {
			d.set(pointer, "version", reference{address, "version"})
		}
	}
}

func sameStage(a, b block) bool {
	first, _ := registry.ParseStage(a.text("stage"))
	second, _ := registry.ParseStage(b.text("stage"))
	return first == second && first.Exclusive()
}

// leave takes the stage of a version out of the configuration, or archives it.
func (d *draft) leave(address string) {
	if rapid.Bool().Draw(d.t, "archived by itself") {
		d.set(address, "stage", "Archived")
		return
	}
	d.set(address, "stage", nil)
}

func (d *draft) swap(one, other string) {
	first, second := d.at(one).text("stage"), d.at(other).text("stage")
	if one == other || first == second {
		return
	}
	for address, stage := range map[string]string{one: second, other: first} {
		if d.set(address, "stage", nil); stage != "" {
			d.set(address, "stage", stage)
		}
	}
	d.agree(one)
	d.agree(other)
}

// remove takes a version out of the configuration, and the pointers that name it.
func (d *draft) remove(address string) {
	target := d.wanted.target(d.at(address))
	for _, pointer := range d.blocks(pointerType) {
		if d.wanted.target(d.at(pointer)) == target {
			d.drop(pointer)
		}
	}
	d.drop(address)
}

// point makes a pointer name a version.
func (d *draft) point(address string) {
	if d.of.shared {
		return
	}
	stage := rapid.SampledFrom([]string{"Production", "Production", "Staging"}).Draw(d.t, "pointer stage")
	pointer := block{typ: pointerType, name: "of_" + stage, attributes: map[string]any{
		"model_name": d.model(), "stage": stage, "version": reference{address, "version"},
	}}
	if number := d.at(address).text("version"); number != "" && rapid.Bool().Draw(d.t, "by number") {
		pointer.attributes["version"] = number
	}
	if rapid.IntRange(0, 3).Draw(d.t, "retained") == 3 {
		pointer.attributes["on_destroy"] = "retain"
	}
	d.drop(pointer.address())
	for _, other := range d.blocks(pointerType) {
		if d.wanted.target(d.at(other)) == d.wanted.target(d.at(address)) {
			d.drop(other) // One version cannot be in two stages.
		}
	}
	d.wanted = append(d.wanted, pointer)
	target := d.wanted.target(d.at(address))
	for _, other := range d.blocks(versionType) {
		switch same := d.wanted.target(d.at(other)) == target; {
		case same && !sameStage(d.at(other), pointer):
			d.set(other, "stage", nil)
		case !same && sameStage(d.at(other), pointer):
			d.leave(other)
		}
	}
}

// unpoint removes a pointer. What it does to its version must not be what a version resource forbids.
func (d *draft) unpoint(address string) {
	target := d.wanted.target(d.at(address))
	for _, other := range d.blocks(versionType) {
		if d.wanted.target(d.at(other)) == target && d.at(address).text("on_destroy") != "retain" {
			d.set(other, "stage", nil)
		}
	}
	d.drop(address)
}
