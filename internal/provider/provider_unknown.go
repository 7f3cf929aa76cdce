package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// decidesWhoIsAsked are the attributes of the provider block that say which registry is asked, as whom and for what, and without which it
// cannot be read. Terraform plans with others that are known only after apply, such as timestamp(), and a plan goes on without
// those: nothing of what it reads depends on them.
var decidesWhoIsAsked = []string{
	connect.AttributeTrackingURI, connect.AttributeRegistryURI, connect.AttributeUsername, connect.AttributePassword,
	connect.AttributeToken, connect.AttributeExec, connect.AttributeWorkspace, connect.AttributeInsecureTLS,
	connect.AttributeServerCertPath, connect.AttributeServerCertPEM, connect.AttributeClientCertPath, connect.AttributeClientCertPEM,
	connect.AttributeProxyURL, attributeStages,
}

// canBeAsked says whether all is known that it takes to ask the registry.
func canBeAsked(config tftypes.Value) bool {
	attributes := map[string]tftypes.Value{}
	if !config.IsKnown() || config.As(&attributes) != nil {
		return false
	}
	return !slices.ContainsFunc(decidesWhoIsAsked, func(name string) bool { return !attributes[name].IsFullyKnown() })
}

// someTag stands for the keys of a map of promotion tags that is not known: no tag has this key (registry.ValidateTagKey). It
// is in plans only: in an apply all is known.
const someTag = "?"

// withoutUnknown replaces what is known only after apply by what a plan goes on with, and warns where the apply may come to
// another result than the plan.
func (c *providerConfig) withoutUnknown(ctx context.Context, diags *diag.Diagnostics) {
	for _, number := range []*types.Int64{&c.RequestTimeout, &c.MaxRetries, &c.MaxConcurrentRequests} {
		if number.IsUnknown() {
			*number = types.Int64Null()
		}
	}
	for _, number := range []*types.Float64{&c.BackoffFactor, &c.BackoffJitter} {
		if number.IsUnknown() {
			*number = types.Float64Null()
		}
	}
	if c.RespectRetryAfter.IsUnknown() {
		c.RespectRetryAfter = types.BoolNull()
	}
	if c.Handover.IsUnknown() {
		c.Handover = types.StringNull()
	}
	if c.RequireStaging.IsUnknown() {
		c.RequireStaging = types.BoolNull()
		diags.AddAttributeWarning(path.Root("require_staging"), "require_staging is checked by the apply only",
			"Its value is known only after apply, so this plan does not refuse a move from None to Production. The apply does if it turns out to be true, "+
				"and changes nothing then.")
	}
	if unknown := unknownKeys(c.RequireTags); len(unknown) > 0 {
		diags.AddAttributeWarning(path.Root("require_tags"), "Some of require_tags are checked by the apply only",
			fmt.Sprintf("These values are known only after apply: %s. A plan that puts a version into Production asks for the others. The apply asks for "+
				"all, and refuses before it touches anything.", strings.Join(unknown, ", ")))
	}
	if !c.GatedAliases.IsNull() && hasUnknown(c.GatedAliases) {
		diags.AddAttributeWarning(path.Root("gated_aliases"), "Some of gated_aliases are known by the apply only",
			"This plan does not ask for require_tags where an alias moves that it does not know to be gated. The apply does, and refuses before it "+
				"touches anything.")
	}
	if unknown := unknownKeys(c.Headers); len(unknown) > 0 {
		diags.AddAttributeWarning(path.Root("headers"), "Some headers are not sent while Terraform plans",
			fmt.Sprintf("These values are known only after apply: %s. The plan reads the registry without them. If the server refuses that, or shows "+
				"another registry by them, apply first what they come from (terraform apply -target=…).", strings.Join(unknown, ", ")))
	}
	c.Headers = textMap(ctx, declaredTags(ctx, c.Headers, diags), c.Headers, diags)
	if c.PromotionTags.IsUnknown() || len(unknownKeys(c.PromotionTags)) > 0 {
		tags := map[string]string{someTag: ""}
		if !c.PromotionTags.IsUnknown() {
			tags = declaredTags(ctx, c.PromotionTags, diags)
			for _, key := range unknownKeys(c.PromotionTags) {
				tags[key] = "" // A plan asks for the keys alone.
			}
		}
		c.PromotionTags = tagMap(ctx, tags, diags)
	}
}

// unknownKeys returns the keys of a map whose values are not known, in order; one that says so for a whole map.
func unknownKeys(texts types.Map) []string {
	if texts.IsUnknown() {
		return []string{"all of them"}
	}
	var unknown []string
	for key, value := range texts.Elements() {
		if value.IsUnknown() {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// hasUnknown reports whether a set, or one of its elements, is not known.
func hasUnknown(texts types.Set) bool {
	return texts.IsUnknown() || slices.ContainsFunc(texts.Elements(), attr.Value.IsUnknown)
}

// textMap returns known as a map, and null where before was.
func textMap(ctx context.Context, known map[string]string, before types.Map, diags *diag.Diagnostics) types.Map {
	if before.IsNull() || known == nil {
		return types.MapNull(types.StringType)
	}
	return tagMap(ctx, known, diags)
}
