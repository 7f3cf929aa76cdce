package ownwrites

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// CreateModel registers a model, which reads have to find from then on.
func (r *Registry) CreateModel(ctx context.Context, model registry.NewModel) (registry.Model, error) {
	created, err := r.Client.CreateModel(ctx, model)
	if err != nil {
		return created, err
	}
	h := r.begin(model.Name)
	check := &modelCreated{at: created.CreatedAt}
	if deleted := h.last(object{kind: existence}); deleted != nil {
		if old, ok := deleted.check.(*modelDeleted); ok { // Its versions are still to disappear.
			check.deleted = old.created
			deleted.object.key, deleted.unseen = "deleted", ofVersion|ofVersions
		}
	}
	known := created
	known.Description, known.Tags = cmp.Or(created.Description, model.Description), maps.Clone(model.Tags)
	h.model = &known
	r.mu.Unlock()
	r.end(model.Name, nil, &write{object: object{kind: existence}, what: "its creation", unseen: ofModel, check: check})
	r.readBack(ctx, model.Name, 0)
	return created, nil
}

// DescribeModel replaces a model's description.
func (r *Registry) DescribeModel(ctx context.Context, name, description string) (registry.Model, error) {
	var described registry.Model
	w := describeWrite(0, description)
	err := r.put(ctx, name, w, func() (time.Time, error) {
		var err error
		described, err = r.Client.DescribeModel(ctx, name, description)
		return described.UpdatedAt, err
	})
	if err == nil && described.Name == "" { // It was not answered.
		return r.Model(ctx, name)
	}
	return described, err
}

// describeWrite is a description that was set, or removed by an empty text: registries do not tell these apart.
func describeWrite(number registry.Number, text string) *write {
	w := &write{object: object{kind: description, number: number}, what: "the description", unseen: ofModel}
	if number != 0 {
		w.what, w.unseen = fmt.Sprintf("the description of version %s", number), ofVersion|ofVersions
	}
	w.check = &written{want: value{text, true}, of: func(seen *sight) (value, time.Time, bool) {
		if number == 0 {
			return value{seen.model.Description, true}, seen.model.UpdatedAt, seen.view == ofModel && !seen.missing
		}
		version, shown := seen.find(number)
		return value{version.Description, true}, version.UpdatedAt, shown
	}}
	return w
}

// DeleteModel deletes a model and every version of it. Reads must find neither from then on.
func (r *Registry) DeleteModel(ctx context.Context, name string) error {
	h := r.begin(name)
	check := &modelDeleted{known: h.listed}
	if h.model != nil {
		check.created = h.model.CreatedAt
	}
	check.versions = append(check.versions, h.versions...)
	for _, version := range h.seen {
		check.versions = append(check.versions, version)
	}
	r.mu.Unlock()
	err := r.Client.DeleteModel(ctx, name)
	if errors.Is(err, registry.ErrOutcomeUnknown) && r.isGone(ctx, name, 0) {
		err = nil
	}
	w := &write{object: object{kind: existence}, what: "its deletion", unseen: ofModel | ofVersion | ofVersions, check: check}
	r.endAll(name, 0, err, w)
	if err == nil {
		r.readBack(ctx, name, 0)
	}
	return err
}

// SetModelTag sets one tag of a model.
func (r *Registry) SetModelTag(ctx context.Context, name, key, text string) error {
	return r.put(ctx, name, tagWrite(0, key, value{text, true}), func() (time.Time, error) {
		return time.Time{}, r.Client.SetModelTag(ctx, name, key, text)
	})
}

// DeleteModelTag removes one tag of a model.
func (r *Registry) DeleteModelTag(ctx context.Context, name, key string) error {
	return r.put(ctx, name, tagWrite(0, key, value{}), func() (time.Time, error) {
		return time.Time{}, r.Client.DeleteModelTag(ctx, name, key)
	})
}

// SetAlias points an alias at a version.
func (r *Registry) SetAlias(ctx context.Context, model, name string, number registry.Number) error {
	w := aliasWrite(name, value{number.String(), true})
	w.what = fmt.Sprintf("alias %q at version %s", name, number)
	return r.put(ctx, model, w, func() (time.Time, error) { return time.Time{}, r.Client.SetAlias(ctx, model, name, number) })
}

// DeleteAlias removes an alias.
func (r *Registry) DeleteAlias(ctx context.Context, model, name string) error {
	w := aliasWrite(name, value{})
	w.what = fmt.Sprintf("the removal of alias %q", name)
	return r.put(ctx, model, w, func() (time.Time, error) { return time.Time{}, r.Client.DeleteAlias(ctx, model, name) })
}

func aliasWrite(name string, want value) *write {
	return &write{
		object: object{kind: alias, key: name}, unseen: ofModel,
		check: &written{want: want, of: func(seen *sight) (value, time.Time, bool) {
			number, present := lookUp(seen.model.Aliases, name)
			if !present {
				return value{}, time.Time{}, seen.view == ofModel && !seen.missing
			}
			return value{number.String(), true}, time.Time{}, seen.view == ofModel
		}},
	}
}
