package claim

import (
	"context"
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Leave notes a resource that is planned to be destroyed, and reports whether another resource keeps its object, and whether somebody
// holds the stage that it leaves. It waits for those that are planned later; one that still comes after the answer meets the departure.
func (l *Ledger) Leave(ctx context.Context, leaving Departure) (kept, held bool) {
	l.depart(&leaving)
	l.await(ctx, func() bool {
		claims := l.at(leaving.On.Model).claims
		kept = slices.ContainsFunc(claims, leaving.keptBy)
		held = kept || slices.ContainsFunc(claims, leaving.heldBy)
		return kept || held && !leaving.Deletes
	})
	defer l.mu.Unlock()
	leaving.Kept, leaving.open = kept, false
	return kept, held
}

// LeaveModel is Leave for a model that is deleted with all that is in it, by a resource that goes or comes back. others are the claims of
// resources on the model, if it does not come back, and on what is in it, that are at odds with its end.
func (l *Ledger) LeaveModel(ctx context.Context, leaving Departure) (kept bool, others []Claim) {
	l.depart(&leaving)
	if leaving.Replaced { // The claims on the model are its own.
		l.mu.Lock()
	} else {
		l.await(ctx, func() bool {
			kept = slices.ContainsFunc(l.at(leaving.On.Model).claims, func(made Claim) bool { return leaving.keptBy(made) && made.Stored })
			return kept
		})
	}
	defer l.mu.Unlock()
	leaving.Kept, leaving.open = kept, false
	if kept || l.Lasting {
		return kept, nil
	}
	for _, made := range l.at(leaving.On.Model).claims {
		if leaving.ends(made) || made.On == leaving.On && !leaving.Replaced {
			others = append(others, made)
		}
	}
	return false, others
}

// depart notes a departure. In a process in which the destroy follows a plan of what is destroyed, the claims of the resource itself are
// dropped: if only one resource in the state is about the object, those of a resource in the state are its own.
func (l *Ledger) depart(leaving *Departure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	on := l.at(leaving.On.Model)
	if l.Lasting && on.reads[leaving.On] <= 1 {
		on.claims = slices.DeleteFunc(on.claims, func(made Claim) bool { return made.Of == leaving.On && made.Stored })
	}
	leaving.open = true
	on.departed = append(on.departed, leaving)
	l.arrive()
}

// Succeeded reports whether another version than the given one is claimed for a stage, now or within the patience.
func (l *Ledger) Succeeded(ctx context.Context, stage Object, version registry.Number) bool {
	defer l.mu.Unlock()
	return l.await(ctx, func() bool {
		return slices.ContainsFunc(l.at(stage.Model).claims, func(made Claim) bool { return made.On == stage && made.Version != version })
	})
}

// Moved reports whether a version leaves an exclusive stage by what is claimed now or within the patience: the stage is for another
// version, or the version for another stage. A claim that keeps it there ends the waiting.
func (l *Ledger) Moved(ctx context.Context, stage Object, version registry.Number) bool {
	defer l.mu.Unlock()
	moved := false
	l.await(ctx, func() bool {
		settled := false
		for _, made := range l.at(stage.Model).claims {
			its := made.at(stage.Model, version)
			switch {
			case its && made.On == stage:
				settled = true
			case its, made.On == stage && !made.Shared:
				settled, moved = true, true
			}
		}
		return settled
	})
	return moved
}

// Survivors returns those of a model's versions that are not planned to be deleted, now or within the patience.
func (l *Ledger) Survivors(ctx context.Context, model string, versions []registry.Version) []registry.Version {
	var left []registry.Version
	defer l.mu.Unlock()
	l.await(ctx, func() bool {
		departed := l.at(model).departed
		left = slices.DeleteFunc(slices.Clone(versions), func(version registry.Version) bool {
			return slices.ContainsFunc(departed, func(gone *Departure) bool {
				return gone.On == Version(model, version.Number) && gone.Deletes && !gone.Kept
			})
		})
		return len(left) == 0
	})
	return left
}

// Stored reports whether a resource in the state is known to have an object, now or within the patience: it was read, it is planned, or
// it is planned to be destroyed. Where the model is written to meanwhile, an apply is under way, which reads nothing: its plan has looked.
func (l *Ledger) Stored(ctx context.Context, object Object) bool {
	defer l.mu.Unlock()
	return l.await(ctx, func() bool {
		on := l.at(object.Model)
		_, noted := on.noted[object]
		return noted || on.written || slices.ContainsFunc(on.claims, func(made Claim) bool { return made.On == object && made.Stored }) ||
			slices.ContainsFunc(on.departed, func(gone *Departure) bool { return gone.On == object })
	})
}
