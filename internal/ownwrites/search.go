package ownwrites

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// SearchModels lists registered models with what this process has written to them. Of a search by names, those models are left out
// that do not show it, so that they are asked for by themselves. In other lists this reads each of them by itself and waits, which
// goes for models as well that this process has created, unless the list has a filter or tags, which might leave them out.
func (r *Registry) SearchModels(ctx context.Context, search registry.Search) iter.Seq2[registry.Model, error] {
	return func(yield func(registry.Model, error) bool) {
		upTo, written := r.written()
		defer r.through()
		listed := make(map[string]bool)
		for model, err := range r.Client.SearchModels(ctx, search) {
			if err == nil && written[model.Name] {
				listed[model.Name] = true
				if r.misses(model.Name, sight{view: ofModel, model: model}, upTo) {
					if len(search.Models) > 0 {
						continue
					}
					model, err = r.Model(ctx, model.Name)
				}
			}
			if errors.Is(err, registry.ErrNotFound) {
				continue // It is deleted.
			}
			if !yield(model, err) || err != nil {
				return
			}
		}
		for name := range written {
			if listed[name] || !covers(search, name) || !r.hasCreated(name, 0, upTo) {
				continue
			}
			if model, err := r.Model(ctx, name); !errors.Is(err, registry.ErrNotFound) && (!yield(model, err) || err != nil) {
				return
			}
		}
	}
}

// SearchVersions lists versions: see SearchModels. Of a search by names, all versions of a model are left out if one of them does
// not show what was written, or is missing.
func (r *Registry) SearchVersions(ctx context.Context, search registry.Search) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		upTo, written := r.written()
		defer r.through()
		held := make(map[string][]registry.Version)
		for version, err := range r.Client.SearchVersions(ctx, search) {
			if err == nil && written[version.Model] {
				held[version.Model] = append(held[version.Model], version)
				if len(search.Models) > 0 {
					continue
				}
				if r.misses(version.Model, sight{view: ofVersion, number: version.Number, version: version}, upTo) {
					version, err = r.Version(ctx, version.Model, version.Number)
				}
			}
			if errors.Is(err, registry.ErrNotFound) {
				continue // It is deleted.
			}
			if !yield(version, err) || err != nil {
				return
			}
		}
		more := r.missing
		if len(search.Models) > 0 {
			more = r.complete
		}
		for name := range written {
			for version, err := range more(ctx, search, name, held[name], upTo) {
				if !yield(version, err) || err != nil {
					return
				}
			}
		}
	}
}

// complete yields the versions of a model if they show what was written to it, in the order in which they were found.
func (r *Registry) complete(
	_ context.Context, _ registry.Search, model string, found []registry.Version, upTo int,
) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		sorted := slices.Clone(found)
		registry.SortVersions(sorted)
		if missed := r.compare(model, &sight{view: ofVersions, versions: sorted}, upTo); len(missed.writes) > 0 {
			return
		}
		for _, version := range found {
			if !yield(version, nil) {
				return
			}
		}
	}
}

// missing yields the versions that this process has created and that a list does not show.
func (r *Registry) missing(
	ctx context.Context, search registry.Search, model string, found []registry.Version, upTo int,
) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		if !covers(search, model) {
			return
		}
		for _, number := range r.created(model) {
			listed := slices.ContainsFunc(found, func(version registry.Version) bool { return version.Number == number })
			if listed || !r.hasCreated(model, number, upTo) {
				continue
			}
			if version, err := r.Version(ctx, model, number); !errors.Is(err, registry.ErrNotFound) && (!yield(version, err) || err != nil) {
				return
			}
		}
	}
}

// covers reports whether a list would show all of a model that exists.
func covers(search registry.Search, model string) bool {
	return search.Filter == "" && len(search.Tags) == 0 && len(search.Models) == 0 &&
		(search.Model == "" || search.Model == model) && strings.HasPrefix(model, search.Prefix)
}

// written begins a list. It returns how many writes have ended, and the models to which some were made that reads may not show yet.
func (r *Registry) written() (upTo int, models map[string]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lists++
	for name, h := range r.models {
		if h.pending() {
			if models == nil {
				models = make(map[string]bool)
			}
			models[name] = true
		}
	}
	return r.ended, models
}

// through ends a list.
func (r *Registry) through() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lists--
}

// misses reports whether a part of a list does not show what was written to a model.
func (r *Registry) misses(model string, shown sight, upTo int) bool {
	h := r.begin(model)
	defer r.mu.Unlock()
	return h.misses(&shown, upTo)
}

// created returns the versions of a model that this process has created and that reads may not show yet.
func (r *Registry) created(model string) []registry.Number {
	h := r.begin(model)
	defer r.mu.Unlock()
	var numbers []registry.Number
	for _, w := range h.writes {
		if _, ok := w.check.(*versionCreated); ok {
			numbers = append(numbers, w.object.number)
		}
	}
	return numbers
}

// hasCreated reports whether this process has created a version of a model, or with number 0 the model, and reads may not show it
// yet.
func (r *Registry) hasCreated(model string, number registry.Number, upTo int) bool {
	h := r.begin(model)
	defer r.mu.Unlock()
	w := h.last(object{kind: existence, number: number})
	if w == nil || w.order > upTo {
		return false
	}
	switch w.check.(type) {
	case *modelCreated, *versionCreated:
		return true
	}
	return false
}
