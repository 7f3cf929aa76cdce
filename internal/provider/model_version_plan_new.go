package provider

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// planNew plans a version that is not in the state: what the registry holds is taken from this process's first
// observation of the model, so that the plan Terraform makes again during apply agrees with the reviewed one.
func (p *versionPlanning) planNew(ctx context.Context) {
	if p.adopts() && !p.config.Source.IsNull() {
		p.diags.AddAttributeError(path.Root("version"), "Both source and version are set",
			"source registers a new version, version adopts one that exists. Keep one of them.")
		return
	}
	stageManaged := !p.config.Stage.IsNull()
	p.plan.StageConflicts = versionList(nil)
	p.plan.FromStage = types.StringNull()
	if !stageManaged {
		p.plan.ArchivedVersions, p.plan.PromotedWith = versionList(nil), types.SetNull(types.StringType)
		p.plan.Stage = types.StringNull()
	}
	unknown := p.config.ModelName.IsUnknown() || p.config.Stage.IsUnknown() || p.config.Version.IsUnknown() ||
		p.config.ArchiveExistingVersions.IsUnknown()
	if unknown || !p.session.known() {
		p.plan.FromStage = types.StringUnknown()
		return // The plan during apply does the rest.
	}
	model := p.plan.ModelName.ValueString()
	observed, err := p.session.firstVersions(ctx, model)
	if err != nil {
		p.diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", model), explain(err))
		return
	}
	if ofPrompt(observed) {
		refusePrompt("model_name", model, p.diags)
		return
	}
	version := registry.Version{Model: model, Stage: registry.StageNone, Status: registry.StatusReady}
	if p.adopts() {
		found, ok := registry.FindVersion(observed, p.plan.number())
		if !ok && len(observed) == 0 && !p.session.mayBeModel(ctx, "model_name", model, p.diags) {
			return // MLflow leaves the versions of prompts out of searches.
		}
		if !ok {
			p.diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Model %q has no version %s", model, p.plan.Version.ValueString()),
				missingVersionAdvice(observed))
			return
		}
		version = found
		p.plan.FromStage = types.StringValue(string(found.Stage))
		p.showAdopted(found)
	} else if len(observed) == 0 {
		p.session.requireModel(ctx, model, p.diags)
	} else if left, found, leased := p.session.engine.Left(ctx, observed, p.plan.toRegistry(ctx, p.diags),
		cmp.Or(p.plan.wantedStage(), registry.StageNone)); found {
		version.Number, version.Tags, version.Stage = left.Number, left.Tags, left.Stage
		p.plan.Version = types.StringValue(left.Number.String())
		p.plan.FromStage = types.StringValue(string(left.Stage))
		p.diags.AddWarning(fmt.Sprintf("Version %s of model %q is taken over from an interrupted apply", left.Number, model),
			fmt.Sprintf("An earlier apply registered it from the same source, and ended before it was in the state. It is in %s now. Apply takes it "+
				"instead of registering a second one.", left.Stage))
	} else if len(leased) > 0 {
		p.diags.AddWarning(fmt.Sprintf("Another run registers from the same source: %s of model %q", handover.VersionList(leased), model),
			"A run that is under way, or that was killed less than a minute ago, has registered it. Apply waits for that run, as long as "+
				"timeouts.create allows. If it ends without the version, apply takes the version over; if it finishes the version, apply registers its own.")
	}
	if stageManaged {
		p.planHandover(ctx, version, true, handover.Observe(observed))
	}
}

// showAdopted puts into the plan what never changes of a version that exists.
func (p *versionPlanning) showAdopted(version registry.Version) {
	shown := modelVersionState{RunID: p.config.RunID, RunLink: p.config.RunLink}
	shown.fromRegistry(context.Background(), version, &versionMemory{}, p.diags)
	p.plan.Source, p.plan.CreationTime, p.plan.UserID = shown.Source, shown.CreationTime, shown.UserID
	for _, attribute := range []struct {
		name          string
		config, found types.String
		planned       *types.String
	}{
		{"run_id", p.config.RunID, shown.RunID, &p.plan.RunID},
		{"run_link", p.config.RunLink, shown.RunLink, &p.plan.RunLink},
	} {
		if attribute.config.IsUnknown() {
			continue
		}
		if !attribute.config.IsNull() && !attribute.config.Equal(attribute.found) {
			p.diags.AddAttributeError(path.Root(attribute.name), "The adopted version has another "+attribute.name,
				fmt.Sprintf("Version %s of model %q has %s, and it cannot be changed. Remove the attribute, or adopt another version.",
					version.Number, version.Model, attribute.found))
			continue
		}
		*attribute.planned = attribute.found
	}
}

func missingVersionAdvice(observed []registry.Version) string {
	if len(observed) == 0 {
		return "The model does not exist or has no versions. Check model_name, and that the pipeline which registers versions has run."
	}
	newest := observed[len(observed)-1].Number
	return fmt.Sprintf("The newest version is %s. Check the number, and that the pipeline which registers it has run.", newest)
}
