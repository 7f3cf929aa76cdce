package provider

import (
	"fmt"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionPlaces is where all versions of a model are, in few words: models have thousands of versions, and Terraform keeps this
// in the private state.
type versionPlaces struct {
	// Newest is the greatest version number.
	Newest registry.Number `json:"newest,omitempty"`
	// In are the versions in each stage but None, as ranges such as 1-6,9.
	In map[registry.Stage]string `json:"in,omitempty"`
}

// newVersionPlaces notes where versions are. They are in ascending order.
func newVersionPlaces(versions []registry.Version) *versionPlaces {
	places := &versionPlaces{In: make(map[registry.Stage]string)}
	type span struct{ first, last registry.Number }
	spans := make(map[registry.Stage][]span)
	for _, version := range versions {
		places.Newest = max(places.Newest, version.Number)
		if version.Stage == registry.StageNone {
			continue
		}
		known := spans[version.Stage]
		if len(known) > 0 && known[len(known)-1].last+1 == version.Number {
			known[len(known)-1].last = version.Number
			continue
		}
		spans[version.Stage] = append(known, span{version.Number, version.Number})
	}
	for stage, known := range spans {
		texts := make([]string, 0, len(known))
		for _, one := range known {
			text := one.first.String()
			if one.last > one.first {
				text += "-" + one.last.String()
			}
			texts = append(texts, text)
		}
		places.In[stage] = strings.Join(texts, ",")
	}
	return places
}

// of returns where a version was, and whether that is known: nothing is known of one that is newer than all that were read.
func (p *versionPlaces) of(number registry.Number) (registry.Stage, bool) {
	if p == nil || number == 0 || number > p.Newest {
		return "", false
	}
	for stage, ranges := range p.In {
		for _, text := range strings.Split(ranges, ",") {
			var first, last registry.Number
			if read, _ := fmt.Sscanf(text, "%d-%d", &first, &last); read == 1 {
				last = first
			}
			if first <= number && number <= last {
				return stage, true
			}
		}
	}
	return registry.StageNone, true
}
