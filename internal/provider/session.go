package provider

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/aliasstages"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/ownwrites"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// session is what all resources of one configured provider share. Terraform starts a process, and with it a session, for each provider
// configuration and each walk, but terraform test keeps one for all runs of a file from 1.13 on. The zero session belongs to a provider
// block with values that are not known yet.
type session struct {
	sessionSettings

	cache *readcache.Cache
	// catalog lists models and versions, and server tells what the server has. Neither is cached.
	catalog registry.Searcher
	server  registry.Inspector
	engine  *handover.Engine
	// ledger is what the resources declare, and writes keeps their writes of one alias or one tag apart.
	ledger *claim.Ledger
	writes claim.Locks

	// asked is done once the server was asked whether it has stages, and stageless is its answer: see hasNoStages.
	asked     sync.Once
	stageless bool

	// turning is held while a walk begins: no read of it goes on before what an earlier one saw is forgotten.
	turning sync.Mutex
	// first are the versions of models as their walk saw them first.
	first map[string][]registry.Version
}

// sessionSettings are what a provider block says about promotions.
type sessionSettings struct {
	// way is how a stage changes hands.
	way handover.Way
	// requireStaging refuses the move from None to Production.
	requireStaging bool
	// requireTags are tags that a version must have to enter Production, or to get a gated alias.
	requireTags map[string]string
	// promotionTags are tags that a version gets once it has entered Production, or got a gated alias; see fillIn for what values
	// may hold.
	promotionTags map[string]string
	// keptAs says by which aliases stages are kept; nil where the registry's own are used.
	keptAs *aliasstages.Mapping
	// gatedAliases are the aliases that requireTags and promotionTags count for; gatedUnknown says that a plan does not know them.
	gatedAliases map[string]bool
	gatedUnknown bool
}

// newSession returns the session of a configured provider. lasting says that its process outlives one walk.
func newSession(target registry.Client, settings sessionSettings, lasting bool) *session {
	var own registry.Client = ownwrites.New(target)
	if settings.keptAs != nil {
		settings.way = handover.Atomic // An alias points at one version by itself: to take it away first would only leave readers without one.
		own = aliasstages.New(own, *settings.keptAs, clockOf(target))
	}
	cache := readcache.New(own)
	return &session{
		sessionSettings: settings, cache: cache, catalog: own, server: target,
		engine: handover.New(cache.Fresh(), settings.way, engineOptions(target)...),
		ledger: &claim.Ledger{Lasting: lasting}, first: make(map[string][]registry.Version),
	}
}

// clockOf returns a client's clock, which tells the server's time; this machine's where it has none.
func clockOf(target registry.Client) func() time.Time {
	if clock, ok := target.(registry.Clock); ok {
		return clock.ServerTime
	}
	return time.Now
}

// engineOptions are what the engine needs to know of a client: how it repeats requests, and the server's clock.
func engineOptions(target registry.Client) []handover.Option {
	var options []handover.Option
	if paced, ok := target.(registry.Paced); ok {
		options = append(options, handover.WithPacing(paced.Pacing()))
	}
	if clock, ok := target.(registry.Clock); ok {
		options = append(options, handover.WithClock(clock))
	}
	return options
}

// known reports whether the registry can be asked.
func (s *session) known() bool { return s != nil && s.cache != nil }

// check adds an error when the registry cannot be asked yet, and reports whether it can.
func (s *session) check(diags *diag.Diagnostics) bool {
	if !s.known() {
		diags.AddError("The provider's configuration is not known yet",
			"The provider block uses a value that is known only after another resource is applied, and this object has to be "+
				"read from the registry now. Apply what that value comes from first (terraform apply -target=…), then this.")
	}
	return s.known()
}

// checkWrite is check for the creation, change or deletion of a resource about a model.
func (s *session) checkWrite(model string, diags *diag.Diagnostics) bool {
	if !s.check(diags) {
		return false
	}
	s.ledger.Writes(model)
	return true
}

// checkRead is check for the read of a resource. An apply reads none, and a plan reads each once: a read that cannot be part of the same
// walk begins another, for which what the walk before it declared, and what it saw of the registry, does not count.
func (s *session) checkRead(object claim.Object, diags *diag.Diagnostics) bool {
	if !s.check(diags) {
		return false
	}
	s.turning.Lock()
	defer s.turning.Unlock()
	begins, stale := s.ledger.Reads(object)
	if stale {
		s.cache.Forget()
	}
	if begins {
		delete(s.first, object.Model)
		s.engine.Forget(object.Model)
	}
	return true
}

// firstVersions returns the versions of a model as this walk first saw them. They are kept beside the cache, which is emptied whenever a
// walk begins: another one, about another model, may be between its plan and the plan that it makes again during its apply.
func (s *session) firstVersions(ctx context.Context, model string) ([]registry.Version, error) {
	if first, seen := s.seenVersions(model); seen {
		return first, nil
	}
	first, err := s.cache.FirstVersions(ctx, model)
	if err != nil {
		return nil, err
	}
	s.turning.Lock()
	defer s.turning.Unlock()
	s.first[model] = first
	return first, nil
}

// seenVersions returns what this walk first saw of a model, and whether anybody has asked for it yet. It asks nobody.
func (s *session) seenVersions(model string) ([]registry.Version, bool) {
	s.turning.Lock()
	defer s.turning.Unlock()
	if first, seen := s.first[model]; seen {
		return first, true
	}
	return s.cache.Seen(model)
}

// providerBug is the advice where only a mistake of this provider can be the cause.
const providerBug = "This is a bug in the provider: please report it."

// sessionFrom returns the session that the provider handed to a resource; nil before the provider is configured.
func sessionFrom(data any, diags *diag.Diagnostics) *session {
	if data == nil {
		return nil
	}
	configured, ok := data.(*session)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("Got %T. %s", data, providerBug))
	}
	return configured
}

// configuredResource is what every resource begins with.
type configuredResource struct{ session *session }

// Configure takes the session of the provider.
func (r *configuredResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// configuredDataSource is what every data source begins with.
type configuredDataSource struct{ session *session }

// Configure takes the session of the provider.
func (d *configuredDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}
