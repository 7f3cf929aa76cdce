package ownwrites

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// CreateVersion registers a version, which reads have to find from then on.
func (r *Registry) CreateVersion(ctx context.Context, version registry.NewVersion) (registry.Version, error) {
	created, err := r.Client.CreateVersion(ctx, version)
	if err != nil {
		return created, err
	}
	h := r.begin(version.Model)
	h.rememberVersion(withTags(created, version.Tags))
	r.mu.Unlock()
	r.end(version.Model, nil, &write{
		object: object{existence, created.Number, ""}, what: fmt.Sprintf("version %s", created.Number), unseen: ofVersion | ofVersions,
		check: &versionCreated{number: created.Number},
	})
	r.readBack(ctx, version.Model, created.Number)
	return created, nil
}

// withTags returns a new version with the tags that it was created with, which some registries leave out of their answer.
func withTags(version registry.Version, tags map[string]string) registry.Version {
	all := maps.Clone(tags)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, version.Tags)
	version.Tags = all
	return version
}

// DescribeVersion replaces a version's description.
func (r *Registry) DescribeVersion(
	ctx context.Context, model string, number registry.Number, description string,
) (registry.Version, error) {
	var described registry.Version
	err := r.put(ctx, model, describeWrite(number, description), func() (time.Time, error) {
		var err error
		described, err = r.Client.DescribeVersion(ctx, model, number, description)
		return described.UpdatedAt, err
	})
	if err == nil && described.Number == 0 { // It was not answered.
		return r.Version(ctx, model, number)
	}
	return described, err
}

// DeleteVersion deletes a version, which reads must not find from then on.
func (r *Registry) DeleteVersion(ctx context.Context, model string, number registry.Number) error {
	h := r.begin(model)
	check := &versionDeleted{number: number}
	for _, known := range h.known(number) {
		check.created = known.CreatedAt
	}
	r.mu.Unlock()
	err := r.Client.DeleteVersion(ctx, model, number)
	if errors.Is(err, registry.ErrOutcomeUnknown) && r.isGone(ctx, model, number) {
		err = nil
	}
	r.endAll(model, number, err, &write{
		object: object{existence, number, ""}, what: fmt.Sprintf("the deletion of version %s", number), unseen: ofVersion | ofVersions, check: check,
	})
	if err == nil {
		r.readBack(ctx, model, number)
	}
	return err
}

// endAll is end for a deletion, or for what may be one: nothing that was written before to the version, or to the model and its
// versions, is waited for any more.
func (r *Registry) endAll(model string, number registry.Number, failure error, w *write) {
	if failure != nil && !errors.Is(failure, registry.ErrOutcomeUnknown) {
		return
	}
	h := r.begin(model)
	defer r.mu.Unlock()
	gone := func(other *write) bool { return number == 0 || other.object.number == number || other.pointsAt(number) }
	if failure == nil {
		h.replace(r.ended+1, gone)
	} else {
		h.drop(gone)
	}
	if number == 0 {
		h.forgetReads()
	}
	delete(h.seen, number)
	h.deleted = true
	r.record(h, failure, w)
}

// SetVersionTag sets one tag of a version.
func (r *Registry) SetVersionTag(ctx context.Context, model string, number registry.Number, key, text string) error {
	return r.put(ctx, model, tagWrite(number, key, value{text, true}), func() (time.Time, error) {
		return time.Time{}, r.Client.SetVersionTag(ctx, model, number, key, text)
	})
}

// DeleteVersionTag removes one tag of a version.
func (r *Registry) DeleteVersionTag(ctx context.Context, model string, number registry.Number, key string) error {
	return r.put(ctx, model, tagWrite(number, key, value{}), func() (time.Time, error) {
		return time.Time{}, r.Client.DeleteVersionTag(ctx, model, number, key)
	})
}

// TransitionStage moves a version to a stage. The versions that it archives were read before, as a rule: the others are not known.
func (r *Registry) TransitionStage(ctx context.Context, transition registry.Transition) (registry.Version, error) {
	model, number := transition.Model, transition.Number
	h := r.begin(model)
	check := &moved{number: number, to: place{stage: transition.Stage}}
	for _, known := range h.known(number) {
		check.earlier, check.known = append(check.earlier, placeOf(known)), true
	}
	if last := h.last(object{stage, number, ""}); last != nil {
		if other, ok := last.check.(*moved); ok {
			check.earlier = append(append(check.earlier, other.earlier...), other.to)
			check.known = check.known || other.known
		}
	}
	var holders []registry.Version
	if transition.ArchiveExisting {
		holders = h.holders(transition.Stage)
	}
	r.mu.Unlock()

	version, err := r.Client.TransitionStage(ctx, transition)
	if err == nil {
		r.place(model, version)
	}
	check.to.updated = version.UpdatedAt
	var writes []*write
	for _, other := range holders {
		if other.Number != number && !version.UpdatedAt.IsZero() {
			writes = append(writes, &write{
				object: object{departure, other.Number, ""}, what: fmt.Sprintf("version %s out of %s", other.Number, transition.Stage),
				unseen: ofVersion | ofVersions, check: &left{number: other.Number, was: placeOf(other), updated: version.UpdatedAt},
			})
		}
	}
	r.end(model, err, append(writes, &write{
		object: object{stage, number, ""}, what: fmt.Sprintf("version %s in %s", number, transition.Stage), unseen: ofVersion | ofVersions, check: check,
	})...)
	if err == nil {
		r.readBack(ctx, model, number)
	}
	return version, err
}

// place remembers where a version is that came back from a transition, if more is known of it: some registries answer with less.
func (r *Registry) place(model string, version registry.Version) {
	h := r.begin(model)
	defer r.mu.Unlock()
	for _, known := range h.known(version.Number) {
		known.Stage, known.UpdatedAt = version.Stage, version.UpdatedAt
		h.rememberVersion(known)
	}
}
