package handover

import (
	"errors"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// refusesMark reports whether a registry that has rules for the keys of tags may have refused a creation because of UnfinishedTag. A
// refusal that names the key is one, whoever words it. Registries need not say which tag they mean: any other refusal of what was asked
// for may be one as well, if it is the registry's own word, and the same creation without the tag tells.
func refusesMark(err error) bool {
	answered, ok := errors.AsType[*registry.Error](err)
	if !ok {
		return false
	}
	names := strings.Contains(answered.Message, UnfinishedTag)
	switch {
	case errors.Is(answered.Kind, registry.ErrInvalid):
		return names || !answered.Unknown && answered.Fault == ""
	case errors.Is(answered.Kind, registry.ErrPermissionDenied):
		return names
	}
	return false
}

// refused goes on after the mark was refused: unless a look shows that the version may be there all the same, it is sent without.
func (r *registrar) refused(event registrarEvent) registrarAction {
	if version, found := r.marked(event.Versions); found {
		r.unmarked = nil
		return r.finish(version, nil)
	}
	if appeared := r.appeared(event.Versions); len(appeared) > 0 {
		return r.finish(registry.Version{}, &AppearedError{Model: r.wanted.Model, Versions: appeared, Cause: r.cause})
	}
	r.cause = nil
	return r.create()
}

// marked returns the version that bears the lease of this run.
func (r *registrar) marked(versions []registry.Version) (registry.Version, bool) {
	for _, version := range versions {
		if mark, marked := markOf(version); marked && mark.run == r.run {
			return version, true
		}
	}
	return registry.Version{}, false
}

// appeared returns the versions from the wanted origin, without a lease, that were not there at the first look: where nothing marks a
// version, one of them may be the one that this run has asked for.
func (r *registrar) appeared(versions []registry.Version) []registry.Number {
	var news []registry.Number
	for _, version := range versions {
		if _, marked := markOf(version); !marked && version.Number > r.newest && sameOrigin(version, r.wanted.NewVersion) {
			news = append(news, version.Number)
		}
	}
	return news
}

// create sends the creation, with the mark unless the registry refuses it.
func (r *registrar) create() registrarAction {
	r.phase = registrarCreate
	return registrarAction{do: registrarSendCreate, unmarked: r.unmarked != nil}
}
