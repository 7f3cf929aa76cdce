package ownwrites

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// begin returns the history of a model, for what has to be known of it before a write. The caller unlocks mu.
func (r *Registry) begin(model string) *history {
	r.mu.Lock()
	return r.history(model)
}

// end takes note of a write to a model. It changes the objects of writes, in this order: the last one stands for the others.
// One that failed has changed nothing, unless its outcome is unknown: then either value may be read.
func (r *Registry) end(model string, failure error, writes ...*write) {
	h := r.begin(model)
	defer r.mu.Unlock()
	r.record(h, failure, writes...)
}

// record is end. The caller holds mu.
func (r *Registry) record(h *history, failure error, writes ...*write) {
	for _, w := range writes {
		switch {
		case failure == nil:
			r.ended++
			h.add(w, r.ended)
		case errors.Is(failure, registry.ErrOutcomeUnknown):
			h.drop(func(other *write) bool { return other.object == w.object })
		}
	}
}

// put makes a write to a tag, a description or an alias, and returns its error. updated is the time of the last update that came
// with the answer, zero for none.
func (r *Registry) put(ctx context.Context, model string, w *write, act func() (updated time.Time, err error)) error {
	check := r.expect(model, w)
	updated, err := act()
	if errors.Is(err, registry.ErrNotFound) && r.awaits(model, w.object.number) {
		return r.settle(ctx, model, w, err)
	}
	if errors.Is(err, registry.ErrOutcomeUnknown) && r.isShown(ctx, model, w.object.number, check) {
		err = nil
	}
	check.updated = updated
	r.end(model, err, w)
	if err == nil {
		r.readBack(ctx, model, w.object.number)
	}
	return err
}

// expect fills in what is to be shown of an object, and what was there before.
func (r *Registry) expect(model string, w *write) *written {
	h := r.begin(model)
	defer r.mu.Unlock()
	check := w.check.(*written) //nolint:forcetypeassert,errcheck // put gets nothing else.
	for _, shown := range h.sights(w.object) {
		if now, _, ok := check.of(shown); ok {
			check.earlier, check.known = append(check.earlier, now), true
		}
	}
	if last := h.last(w.object); last != nil {
		if other, ok := last.check.(*written); ok {
			check.earlier = append(append(check.earlier, other.earlier...), other.want)
			check.known = check.known || other.known
		}
	}
	if w.object.kind == alias && h.deleted {
		check.earlier = append(check.earlier, value{})
	}
	return check
}

// sights returns what was last read of an object.
func (h *history) sights(of object) []*sight {
	if of.number == 0 {
		if h.model == nil {
			return nil
		}
		return []*sight{{view: ofModel, model: *h.model}}
	}
	var sights []*sight
	for _, version := range h.known(of.number) {
		sights = append(sights, &sight{view: ofVersion, number: of.number, version: version})
	}
	return sights
}

// awaits reports whether a model, or a version of it, was created by this process, and reads may not show it yet.
func (r *Registry) awaits(model string, number registry.Number) bool {
	h := r.begin(model)
	defer r.mu.Unlock()
	for _, of := range []registry.Number{0, number} {
		if w := h.last(object{kind: existence, number: of}); w != nil && time.Now().Before(w.due) {
			return true
		}
	}
	return false
}

// settle finds out what became of a write that was answered with "not found", though this process has created the model. MLflow 3.17
// sets tags and aliases first, and then looks whether the model is a prompt, where its reads may lag: it answers 404 for what is
// done.
func (r *Registry) settle(ctx context.Context, model string, w *write, refusal error) error {
	r.end(model, nil, w)
	var err error
	if w.object.number == 0 {
		_, err = r.Model(ctx, model)
	} else {
		_, err = r.Version(ctx, model, w.object.number)
	}
	if err == nil {
		return nil
	}
	h := r.begin(model)
	defer r.mu.Unlock()
	h.drop(func(other *write) bool { return other == w })
	return refusal
}

// tagWrite is a tag that was set to a value, or removed.
func tagWrite(number registry.Number, key string, want value) *write {
	what := fmt.Sprintf("tag %q", key)
	check := &written{want: want, of: func(seen *sight) (value, time.Time, bool) {
		tags, shown := seen.model.Tags, seen.view == ofModel && !seen.missing
		if number != 0 {
			var version registry.Version
			version, shown = seen.find(number)
			tags = version.Tags
		}
		text, present := lookUp(tags, key)
		return value{text, present}, time.Time{}, shown
	}}
	w := &write{object: object{tag, number, key}, what: what, unseen: ofModel, check: check}
	if number != 0 {
		w.what, w.unseen = fmt.Sprintf("%s of version %s", what, number), ofVersion|ofVersions
	}
	return w
}
