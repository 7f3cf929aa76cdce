package provider

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// memoryKey is where versionMemory is kept in the private state.
const memoryKey = "version"

// versionMemory is what a version or a pointer remembers outside its attributes, in Terraform's private state. Terraform
// hands the same bytes to the plan and to the plan it makes again during apply, so what is planned from it is the same. But it
// compares them as well: plan -refresh-only exits with 2 where they have changed, though it shows nothing.
type versionMemory struct {
	// View is who held which stage of the model, as this operation has read it last. It is not kept: see Production.
	View handover.View `json:"-"`
	// Production is who held Production at the last read, for a version that is to be in Staging: its promotion is planned from that.
	// Nothing else that others move is kept, since Terraform takes a change of the private state for one of the object.
	Production []registry.Number `json:"production"`
	// Source is the version's source as the registry writes it.
	Source string `json:"source,omitempty"`
	// Created says that this resource registered the version.
	Created bool `json:"created,omitempty"`
	// Pointed is the version that a pointer gave the stage to at its last apply; 0 for a version resource.
	Pointed registry.Number `json:"pointed,omitempty"`
	// Stage is where the version is, as this operation has read it last; empty for a pointer. It is not kept.
	Stage registry.Stage `json:"-"`
	// StageUnmanaged says that the configuration last applied left stage out, or that an import found the version in no exclusive
	// stage: stage is null in the state then, whoever moves the version.
	StageUnmanaged bool `json:"stage_unmanaged,omitempty"`
	// StageFound says that an import has put an exclusive stage into the state, and no apply has changed the resource since.
	StageFound bool `json:"stage_found,omitempty"`
	// Unwritten are promotion tags that could not be written; nil when there are none.
	Unwritten *unwrittenTags `json:"unwritten,omitempty"`
	// Lease is the name of the lease that the create left on the version, for the process or the next read to take off. It stays here afterwards.
	Lease string `json:"lease,omitempty"`
	// Imported is set between an import and the first read after it.
	Imported bool `json:"-"`
}

// unreadableState says what to do about a state that this version of the provider cannot read.
const unreadableState = "A newer version of this provider may have written the state: use that one. Otherwise take the resource out of the state " +
	"with terraform state rm, and import it again."

func loadMemory(ctx context.Context, private privateReader, diags *diag.Diagnostics) *versionMemory {
	memory := &versionMemory{}
	stored, more := private.GetKey(ctx, memoryKey)
	diags.Append(more...)
	if len(stored) == 0 {
		return memory
	}
	if err := json.Unmarshal(stored, memory); err != nil {
		diags.AddError("Unable to read the private state of a version or a pointer", explainWith(err, unreadableState))
	}
	return memory
}

// save keeps what a read has found.
func (m *versionMemory) save(ctx context.Context, private privateWriter, versions []registry.Version, diags *diag.Diagnostics) {
	m.View = handover.Observe(versions)
	m.store(ctx, private, diags)
}

// store keeps the memory as it is.
func (m *versionMemory) store(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	if m.View != nil {
		m.Production = nil
		if m.Stage == registry.StageStaging && !m.StageUnmanaged {
			m.Production = m.View[registry.StageProduction]
		}
	}
	stored, err := json.Marshal(m)
	if err != nil {
		diags.AddError("Unable to keep the private state of a version or a pointer", explainWith(err, providerBug))
		return
	}
	diags.Append(private.SetKey(ctx, memoryKey, stored)...)
}

// given returns the version that a pointer answers for: the one it gave the stage to. Whoever took the stage since is
// none of its business, though its last read says that this one holds it. An imported pointer has given it to nobody, and
// answers for the holder that was found.
func (m *versionMemory) given(found registry.Number) registry.Number { return cmp.Or(m.Pointed, found) }
