package provider

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// session is what all resources of one configured provider share. Terraform starts a process, and with it a session,
// for each provider configuration and each walk, but terraform test (seen with 1.15) keeps one for all runs of a file. The zero
// session belongs to a provider block with values that are not known yet.
type session struct {
	sessionSettings

	cache *readcache.Cache
	// catalog lists models and versions, and server tells what the server has. Neither is cached.
	catalog registry.Searcher
	server  registry.Inspector
	engine  *handover.Engine
	planned plannedModels
	claims  claims
	aliases *aliasClaims
	tags    tagClaims
	// applying is set once a resource was created, changed or deleted.
	applying atomic.Bool
}

// sessionSettings are what a provider block says about promotions.
type sessionSettings struct {
	// way is how a stage changes hands.
	way handover.Way
	// requireStaging refuses the move from None to Production.
	requireStaging bool
	// requireTags are tags that a version must have to enter Production.
	requireTags map[string]string
	// promotionTags are tags that a version gets once it has entered Production; see fillIn for what values may hold.
	promotionTags map[string]string
}

func newSession(target registry.Client, settings sessionSettings) *session {
	cache := readcache.New(target)
	return &session{
		sessionSettings: settings, cache: cache, catalog: target, server: target, engine: handover.New(cache.Fresh(), settings.way),
		aliases: newAliasClaims(),
	}
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

// checkWrite is check for the creation, change or deletion of a resource.
func (s *session) checkWrite(diags *diag.Diagnostics) bool {
	if !s.check(diags) {
		return false
	}
	s.applying.Store(true)
	return true
}

// checkRead is check for the read of a resource. An apply reads none: the first read after one begins another plan, for which what
// the resources of the plan before it declared, and what it saw of the registry, does not count.
func (s *session) checkRead(diags *diag.Diagnostics) bool {
	if !s.check(diags) {
		return false
	}
	if s.applying.Swap(false) {
		s.cache.Forget()
		s.planned.forget()
		s.claims.forget()
		s.aliases.forget()
		s.tags.forget()
	}
	return true
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

// plannedModels are the registered models whose creation this walk has planned: a version of one of them may be planned
// although the model does not exist yet.
type plannedModels struct {
	mu    sync.Mutex
	names map[string]bool
	// read are the models of resources in the state: a tainted one is planned as new. created are those of resources that are new to it.
	read, created map[string]bool
}

// note tells that a resource in the state has the model.
func (p *plannedModels) note(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read == nil {
		p.read = make(map[string]bool)
	}
	p.read[name] = true
}

// isRead reports whether a resource in the state has the model.
func (p *plannedModels) isRead(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read[name]
}

// create notes a resource that is new to the state, and reports whether another one is to create the same model.
func (p *plannedModels) create(name string) (duplicate bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.created == nil {
		p.created = make(map[string]bool)
	}
	duplicate = p.created[name]
	p.created[name] = true
	return duplicate
}

func (p *plannedModels) add(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = make(map[string]bool)
	}
	p.names[name] = true
}

func (p *plannedModels) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.names)
	clear(p.read)
	clear(p.created)
}

func (p *plannedModels) has(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names[name]
}
