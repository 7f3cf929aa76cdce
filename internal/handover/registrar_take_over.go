package handover

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

func (r *registrar) claimKey() string { return claimPrefix + r.run }

// takeOver claims the version, once its lease has run out.
func (r *registrar) takeOver(event registrarEvent) registrarAction {
	version, found := registry.FindVersion(event.Versions, r.take)
	mark, marked := markOf(version)
	switch {
	case (!found || !marked) && r.wanted.Take == 0: // Its run has finished it: this one registers its own.
		r.take = 0
		return r.first(event)
	case !found, !marked, !sameOrigin(version, r.wanted.NewVersion), version.Status == registry.StatusFailed:
		return r.finish(registry.Version{}, &TakenError{Model: r.wanted.Model, Version: r.take})
	case mark.runs(event.now) && mark.run != r.run:
		r.awaited[r.take], r.leased = true, mark.until
		return registrarAction{do: registrarWait, wait: WaitLate, until: mark.until.Add(leaseSlack)}
	}
	if err := r.check(event.Versions, version); err != nil {
		return r.finish(registry.Version{}, err)
	}
	r.phase, r.claimUntil = registrarClaim, event.now.Add(leaseTime)
	return registrarAction{do: registrarSetTag, number: r.take, key: r.claimKey()}
}

// claimed decides, from a look, whether the claim of this run is the only one. Of two runs that claim at once each one sees
// the other's claim, or the later one sees the lease of the earlier: at least one gives up.
func (r *registrar) claimed(event registrarEvent) registrarAction {
	version, found := registry.FindVersion(event.Versions, r.take)
	mark, marked := markOf(version)
	_, ours := version.Tags[r.claimKey()]
	if !found || !ours || !marked || !event.now.Before(r.claimUntil) || mark.runs(event.now) && mark.run != r.run || claimedByOther(version, r.run, event.now) {
		r.cause = &TakenError{Model: r.wanted.Model, Version: r.take}
		return r.dropClaim(registrarYield)
	}
	r.phase, r.version = registrarOwn, version
	return registrarAction{do: registrarSetTag, number: r.take, key: UnfinishedTag}
}

// undo takes the lease off a version that this run could not claim in time, unless another run has it by now.
func (r *registrar) undo(event registrarEvent) registrarAction {
	r.cause = &ExpiredError{Model: r.wanted.Model, Version: r.take}
	version, _ := registry.FindVersion(event.Versions, r.take)
	if mark, marked := markOf(version); !marked || mark.run != r.run {
		return r.dropClaim(registrarYield)
	}
	r.phase = registrarYieldClaim
	return registrarAction{do: registrarDeleteTag, number: r.take, key: UnfinishedTag}
}

func (r *registrar) dropClaim(then registrarPhase) registrarAction {
	r.phase = then
	return registrarAction{do: registrarDeleteTag, number: r.take, key: r.claimKey()}
}
