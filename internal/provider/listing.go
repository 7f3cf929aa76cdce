package provider

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// listing is what a data source that lists things is asked for.
type listing struct {
	Filter  types.String `tfsdk:"filter"`
	Tags    types.Map    `tfsdk:"tags"`
	OrderBy types.List   `tfsdk:"order_by"`
	Limit   types.Int64  `tfsdk:"limit"`
}

// How many results are asked for at once, at least: with a limit, and where only some of what comes back is wanted and MLflow
// cannot tell which.
const (
	leastPageSize = 100
	partPageSize  = 1000
)

// listingAttributes describes a listing of what. The texts say what MLflow can filter and sort by.
func listingAttributes(what, filters, orders string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"filter": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Conditions in MLflow's own filter language, joined by `AND`; it has no `OR`. " + filters +
				" What this attribute says is sent as it is: a name or value that may hold a quote belongs into the other attributes.",
			Validators: listedFilterRules(),
		},
		"tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Only " + what + " that have all these tags with exactly these values. Values may hold any characters.",
			Validators:          listedTagRules(),
		},
		"order_by": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: orders,
			Validators: []validator.List{
				listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(listedFilterRules()...),
			},
		},
		"limit": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "The most " + what + " to return, 1 or more. Default: all.",
			Validators:          []validator.Int64{int64validator.AtLeast(1)},
		},
	}
}

// What data sources and list blocks refuse of a search.

func listedFilterRules() []validator.String {
	return []validator.String{stringvalidator.LengthAtLeast(1), plainTextRule()}
}

func listedTagRules() []validator.Map {
	return []validator.Map{
		mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1), plainTextRule()),
		mapvalidator.ValueStringsAre(plainTextRule()),
	}
}

// listedStageRules take stages in any letter case that meet rules as well.
func listedStageRules(rules ...validator.String) []validator.List {
	return []validator.List{
		listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(append(rules, stageRule())...),
	}
}

// search returns what to ask the registry for. With picky, only part of what comes back is wanted.
func (l listing) search(ctx context.Context, model string, picky bool, diags *diag.Diagnostics) registry.Search {
	search := registry.Search{Model: model, Filter: l.Filter.ValueString(), Tags: declaredTags(ctx, l.Tags, diags)}
	if !l.OrderBy.IsNull() {
		diags.Append(l.OrderBy.ElementsAs(ctx, &search.OrderBy, false)...)
	}
	if limit := int(min(l.Limit.ValueInt64(), 1<<30)); limit > 0 {
		search.PageSize = max(limit, leastPageSize)
		if picky {
			search.PageSize = max(limit, partPageSize)
		}
	}
	return search
}

// take returns what is listed and wanted, up to the limit. It asks for no page after the one that fills it.
func take[T any](l listing, found iter.Seq2[T, error], wanted func(T) bool) ([]T, error) {
	taken := []T{}
	for one, err := range found {
		if err != nil {
			return nil, err
		}
		if !wanted(one) {
			continue
		}
		taken = append(taken, one)
		if !l.Limit.IsNull() && int64(len(taken)) == l.Limit.ValueInt64() {
			break
		}
	}
	return taken, nil
}

// explainRefusal adds the error of a listing, at the attribute that the registry refuses.
func (l listing) explainRefusal(title string, err error, diags *diag.Diagnostics) {
	var answered *registry.Error
	if !errors.Is(err, registry.ErrInvalid) || !errors.As(err, &answered) || answered.Fault != "" {
		diags.AddError(title, explain(err))
		return
	}
	attribute := "filter"
	aboutOrder := strings.Contains(strings.ReplaceAll(strings.ToLower(answered.Message), "_", " "), "order by")
	if !l.OrderBy.IsNull() && (aboutOrder || l.Filter.IsNull()) {
		attribute = "order_by"
	}
	diags.AddAttributeError(path.Root(attribute), title, explain(err)+"\n\nCorrect "+attribute+
		": the registry's words above say what it does not understand, and its documentation what it does.")
}
