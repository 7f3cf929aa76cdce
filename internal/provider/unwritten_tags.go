package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// unwrittenKey is where an alias keeps, in Terraform's private state, the promotion tags that could not be written.
const unwrittenKey = "unwritten"

// saveUnwritten keeps promotion tags of an alias that could not be written; nil if there are none.
func saveUnwritten(ctx context.Context, unwritten *unwrittenTags, private privateWriter, diags *diag.Diagnostics) {
	text, err := json.Marshal(unwritten)
	if err != nil {
		diags.AddError("Unable to keep the private state of an alias", explainWith(err, providerBug))
		return
	}
	diags.Append(private.SetKey(ctx, unwrittenKey, text)...)
}

// loadUnwritten returns those that saveUnwritten kept; nil if there are none.
func loadUnwritten(ctx context.Context, private privateReader, diags *diag.Diagnostics) *unwrittenTags {
	text, more := private.GetKey(ctx, unwrittenKey)
	diags.Append(more...)
	if len(text) == 0 {
		return nil
	}
	var unwritten *unwrittenTags
	if err := json.Unmarshal(text, &unwritten); err != nil {
		diags.AddError("Unable to read the private state of an alias", explainWith(err, unreadableState))
	}
	return unwritten
}
