package provider

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// departureKey is where the plan of a destroy leaves a departureNote for it, in the private part of the plan.
const departureKey = "departure"

// departureNote is what the plan of a destroy knows and the destroy, in another process, does not: Terraform hands the private part of a
// planned destroy to it, also where the destroy is half of a replacement. Who keeps an object may be unchanged, and is not planned again
// in an apply.
type departureNote struct {
	// Kept are objects that another resource keeps, or that the resource itself takes again.
	Kept []claim.Object `json:"kept,omitempty"`
	// On is the object whose value the plan saw in the registry.
	On *claim.Object `json:"on,omitempty"`
	// Value is the number of the version that an alias points at, or the value of a tag.
	Value string `json:"value,omitempty"`
	// From is the stage that a version was in; empty if the plan did not note it.
	From registry.Stage `json:"from,omitempty"`
	// Newest is the greatest number of a version of a model, and Serving are those in Staging and Production.
	Newest  registry.Number                    `json:"newest,omitempty"`
	Serving map[registry.Number]registry.Stage `json:"serving,omitempty"`
}

// save writes the note in place of one that an earlier plan may have left: a destroy that fails keeps its private part.
func (n *departureNote) save(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	text, err := json.Marshal(n)
	if err != nil {
		diags.AddError("Unable to keep the private state of a planned destroy", explainWith(err, providerBug))
		return
	}
	diags.Append(private.SetKey(ctx, departureKey, text)...)
}

// loadDepartureNote returns what the plan of this destroy noted; an empty note if there is none.
func loadDepartureNote(ctx context.Context, private privateReader, diags *diag.Diagnostics) *departureNote {
	note := &departureNote{}
	text, more := private.GetKey(ctx, departureKey)
	diags.Append(more...)
	if len(text) == 0 {
		return note
	}
	if err := json.Unmarshal(text, note); err != nil {
		diags.AddError("Unable to read the private state of a planned destroy", explainWith(err, "Run terraform plan again, and apply that plan."))
	}
	return note
}

// keeps reports whether the plan knew that the object stays.
func (n *departureNote) keeps(object claim.Object) bool { return slices.Contains(n.Kept, object) }

// saw returns the value of an object that the plan saw; standard, from the state, if it noted none.
func (n *departureNote) saw(object claim.Object, standard string) string {
	if n.On == nil || *n.On != object {
		return standard
	}
	return n.Value
}

// planLeave plans what becomes of a version, or of the stage of one, when its resource is destroyed. If another resource keeps it, that is
// noted. If nobody holds an exclusive stage afterwards, it warns.
func (s *session) planLeave(
	ctx context.Context, leaving claim.Departure, version registry.Version, view handover.View, resp *resource.ModifyPlanResponse,
) {
	if !s.known() {
		return
	}
	if version.Stage.Exclusive() {
		leaving.Stage = version.Stage
	}
	kept, held := s.ledger.Leave(ctx, leaving)
	note := &departureNote{From: version.Stage}
	if kept {
		note.Kept = append(note.Kept, leaving.On)
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
	if version.Stage.Exclusive() && !held && len(view.Others(version.Stage, version.Number)) == 0 {
		warnOfEmptyStage(version, &resp.Diagnostics)
	}
}
