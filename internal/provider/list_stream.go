package provider

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// listed is one object that a list block finds.
type listed struct {
	// name is what people call it.
	name string
	// identity is one of the identity structs of the resources.
	identity any
	// state returns the state that an import would read. It is asked for only if Terraform wants it.
	state func(resource *tfsdk.Resource, diags *diag.Diagnostics) any
}

// stream hands what was found to Terraform one by one, and asks for no more once Terraform has as many as it wants (100 unless
// the list block's limit says otherwise). what names the objects in an error. diags are of the list block: one that can't be
// read finds nothing.
func (s *session) stream(
	ctx context.Context, what string, asked listing, req list.ListRequest, diags diag.Diagnostics, stream *list.ListResultsStream,
	found iter.Seq2[listed, error],
) {
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		var problems diag.Diagnostics
		if !s.check(&problems) {
			push(list.ListResult{Diagnostics: problems})
			return
		}
		var pushed int64
		for one, err := range found {
			if err != nil {
				asked.explainRefusal("Unable to list "+what, err, &problems)
				push(list.ListResult{Diagnostics: problems})
				return
			}
			pushed++
			if !push(one.result(ctx, req)) || pushed == req.Limit {
				return
			}
		}
	}
}

func (l listed) result(ctx context.Context, req list.ListRequest) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = l.name
	result.Diagnostics.Append(result.Identity.Set(ctx, l.identity)...)
	if req.IncludeResource {
		state := l.state(result.Resource, &result.Diagnostics)
		if !result.Diagnostics.HasError() {
			result.Diagnostics.Append(result.Resource.Set(ctx, state)...)
		}
	}
	return result
}

// begin reads into state what an import begins with: the attributes that name the object, and null for all others.
func begin(ctx context.Context, resource *tfsdk.Resource, state any, named map[string]string, diags *diag.Diagnostics) {
	for attribute, value := range named {
		diags.Append(resource.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	diags.Append(resource.Get(ctx, state)...)
}

// The attributes that list blocks share. Like the data sources they refuse what would ask for nothing: a tag whose value is null
// would otherwise be left out of the search, which would find more than it was asked for.

func listedModelName(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{modelNameRule()}}
}

func listedFilter(objects, example string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Validators: listedFilterRules(),
		MarkdownDescription: fmt.Sprintf("Condition in MLflow's grammar that the %s meet, such as `%s`: comparisons joined by `AND`, without `OR` "+
			"and parentheses (see [MLflow's search syntax](https://mlflow.org/docs/latest/ml/search)). Default: none.", objects, example),
	}
}

func listedStages(description string, rules ...validator.String) schema.ListAttribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.StringType, Validators: listedStageRules(rules...), MarkdownDescription: description,
	}
}

func listedTags(objects string) schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.StringType, Validators: listedTagRules(),
		MarkdownDescription: fmt.Sprintf("Tags that the %s have, all of them with exactly these values. Default: any.", objects),
	}
}
