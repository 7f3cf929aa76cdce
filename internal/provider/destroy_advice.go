package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// destroyAdvice says how to destroy in spite of an error of what is yet to be created.
const destroyAdvice = "If you are running terraform destroy: it plans the configuration first, what is yet to be created as well. " +
	"terraform destroy -refresh=false plans only what is destroyed."

// destroyWorks adds destroyAdvice to the errors of the plan of a resource that is new to the state.
func destroyWorks(req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.State.Raw.IsNull() || !resp.Diagnostics.HasError() {
		return
	}
	advised := make(diag.Diagnostics, 0, len(resp.Diagnostics))
	for _, each := range resp.Diagnostics {
		if each.Severity() == diag.SeverityError && !strings.Contains(each.Detail(), destroyAdvice) {
			more := diag.NewErrorDiagnostic(each.Summary(), each.Detail()+"\n\n"+destroyAdvice)
			if at, ok := each.(diag.DiagnosticWithPath); ok {
				each = diag.WithPath(at.Path(), more)
			} else {
				each = more
			}
		}
		advised.Append(each)
	}
	resp.Diagnostics = advised
}
