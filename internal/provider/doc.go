// Package provider is everything that knows Terraform: schemas, plans, state and diagnostics. It knows neither HTTP nor
// SQL: registries are opened by internal/connect, read through internal/readcache, and stages are moved by
// internal/handover.
//
// One noun is one group of files: NAME_resource.go (life cycle), NAME_schema.go, NAME_plan.go (ModifyPlan),
// NAME_state.go (conversions), NAME_identity.go, NAME_list.go (its list resource), NAME_memory.go (what is remembered outside the
// state), NAME_data_source.go. What they share of one configured provider is in session*.go and *claims.go.
//
// It may import the plugin framework, which only this package and tests do, and of the other packages those above and
// internal/registry.
package provider
