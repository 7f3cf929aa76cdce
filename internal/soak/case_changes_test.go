package soak_test

import (
	"fmt"
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
			d.drop(rapid.SampledFrom(pointers).Draw(d.t, "pointer"))
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
	for _, name := range []string{"a", "b", "c"} {
		added := block{typ: versionType, name: name, attributes: map[string]any{"model_name": d.model()}}
		if _, exists := d.wanted.find(added.address()); exists {
			continue
		}
		if free := d.free(name); len(free) > 0 && rapid.Bool().Draw(d.t, "adopted") {
			number := rapid.SampledFrom(free).Draw(d.t, "number")
			added.attributes["version"], d.adopted[number] = number, name
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

// free returns the versions that a block may adopt.
func (d *draft) free(name string) []string {
	var free []string
	for number := 1; number <= len(d.of.seeded); number++ {
		text := strconv.Itoa(number)
		if by, adopted := d.adopted[text]; !adopted || by == name {
			free = append(free, text)
		}
	}
	return free
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

// release sees to it that a pointer which goes, and archives its version, takes no stage from a version resource that
// claims it. Terraform destroys without asking again, so the provider cannot know: a second apply puts it right.
func (d *draft) release() {
	for _, earlier := range d.of.steps {
		for _, pointer := range earlier.wanted {
			if _, still := d.wanted.find(pointer.address()); still || pointer.typ != pointerType {
				continue
			}
			target := earlier.wanted.target(pointer)
			for _, address := range d.blocks(versionType) {
				if d.wanted.target(d.at(address)) == target && sameStage(d.at(address), pointer) {
					d.set(address, "stage", nil)
				}
			}
		}
	}
}
