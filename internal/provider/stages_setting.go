package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/aliasstages"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const attributeStages = "stages"

// What stages can be kept as.
const (
	keptNatively  = "native"
	keptAsAliases = "aliases"
)

// stagesConfig is the attribute stages of the provider block.
type stagesConfig struct {
	KeptAs   types.String `tfsdk:"kept_as"`
	Aliases  types.Map    `tfsdk:"aliases"`
	Archived types.String `tfsdk:"archived"`
}

func stagesAttribute() schema.Attribute {
	standard := aliasstages.Standard()
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Where stages are kept. With `kept_as = \"aliases\"` Production and Staging are an alias each, which readers load as " +
			"`models:/NAME@champion`; MLflow's own stages are neither read nor written. The guide \"Keep stages as aliases\" says what that " +
			"can do and what it cannot. Default: MLflow's own stages.",
		Attributes: map[string]schema.Attribute{
			"kept_as": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.OneOf(keptNatively, keptAsAliases)},
				MarkdownDescription: "`native`, which is as without the setting, or `aliases`.",
			},
			"aliases": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("The alias of a stage. A stage that is left out has its default: `{ Production = %q, Staging = %q }`.",
					standard.Aliases[registry.StageProduction], standard.Aliases[registry.StageStaging]),
			},
			"archived": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: fmt.Sprintf("Key of the tag of a version that records that it is Archived. An empty text keeps no record: such a "+
					"version is in None then. Default: `%s`.", standard.Archived),
			},
		},
	}
}

// mapping returns the aliases by which stages are kept; nil where the registry's own are used.
func (c *stagesConfig) mapping(diags *diag.Diagnostics) *aliasstages.Mapping {
	at := path.Root(attributeStages)
	if c == nil || c.KeptAs.ValueString() != keptAsAliases {
		if c != nil && (!c.Aliases.IsNull() || !c.Archived.IsNull()) {
			diags.AddAttributeError(at, "Stages are not kept as aliases",
				"aliases and archived say how stages are kept as aliases. Set kept_as = \"aliases\", or leave the two out.")
		}
		return nil
	}
	mapping := aliasstages.Standard()
	for name, value := range c.Aliases.Elements() {
		stage, err := registry.ParseStage(name)
		alias, ok := value.(types.String)
		if err != nil || !stage.Exclusive() || !ok {
			diags.AddAttributeError(at.AtName("aliases").AtMapKey(name), "Invalid stage",
				fmt.Sprintf("%q is not kept as an alias: the keys are %s.", name, joinStages(registry.ExclusiveStages())))
			return nil
		}
		mapping.Aliases[stage] = alias.ValueString()
	}
	if !c.Archived.IsNull() {
		mapping.Archived = c.Archived.ValueString()
	}
	if err := mapping.Check(); err != nil {
		diags.AddAttributeError(at, "Invalid stages", explain(err))
		return nil
	}
	return &mapping
}

func joinStages(stages []registry.Stage) string {
	names := make([]string, 0, len(stages))
	for _, stage := range stages {
		names = append(names, string(stage))
	}
	return strings.Join(names, " and ")
}

// keepsStage fails the plan of what stages that are kept as aliases cannot do, and reports whether there is nothing of it.
func (s *session) keepsStage(goal handover.Goal, diags *diag.Diagnostics) bool {
	if s.keptAs == nil {
		return true
	}
	alias := s.keptAs.Aliases[goal.Stage]
	switch {
	case goal.Stage == registry.StageArchived && s.keptAs.Archived == "":
		diags.AddAttributeError(path.Root("stage"), "Archived is not recorded",
			"The provider's stages are kept as aliases, and archived = \"\" keeps no record of versions that are Archived: every plan would show this one as "+
				"None. Leave the stage out, or let a tag record it.")
		return false
	case alias == "":
		return true
	case !goal.ArchiveExisting:
		diags.AddAttributeError(path.Root("archive_existing_versions"), fmt.Sprintf("%s cannot be shared", goal.Stage),
			fmt.Sprintf("The provider keeps it as the alias %q, which points at one version. Leave archive_existing_versions out.", alias))
		return false
	}
	return true
}

// keepsAlone fails the plan of a stage whose alias another resource manages, and reports whether none does. The stage is claimed before, and so is
// an alias before keepsNoStage: of two that are planned at once, one at least sees the other.
func (s *session) keepsAlone(goal handover.Goal, diags *diag.Diagnostics) bool {
	if s.keptAs == nil || s.keptAs.Aliases[goal.Stage] == "" {
		return true
	}
	alias := claim.Alias(goal.Model, s.keptAs.Aliases[goal.Stage])
	if !s.ledger.DeclaredBy(alias, anyClaim) {
		return true
	}
	keptTwice(alias, goal.Stage, "stage", diags)
	return false
}

// keepsNoStage fails the plan of an alias that keeps a stage which another resource manages.
func (s *session) keepsNoStage(alias claim.Object, diags *diag.Diagnostics) {
	if s.keptAs == nil {
		return
	}
	if stage := s.keptAs.Stage(alias.Name); stage != "" && s.ledger.DeclaredBy(claim.Stage(alias.Model, stage), anyClaim) {
		keptTwice(alias, stage, "alias", diags)
	}
}

func anyClaim(claim.Claim) bool { return true }

// keptTwice adds the error for a stage and its alias that two resources manage.
func keptTwice(alias claim.Object, stage registry.Stage, attribute string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("Two resources manage %s of model %q", stage, alias.Model),
		fmt.Sprintf("The provider keeps %s as the alias %q (stages), and an mlregistry_model_alias of this configuration manages that alias, too. Keep one "+
			"of the two resources.", stage, alias.Name))
}
