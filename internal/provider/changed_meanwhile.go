package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// meanwhile collects what somebody else changed between a write of this apply and the read that followed it. Terraform
// takes a result that is not the planned one for a bug of the provider, and replaces a new resource for it; so the state
// keeps what was planned and written, and the next plan shows the difference.
type meanwhile struct {
	changed []string
	// reformed is what differs in form alone, which the registry does and nobody else.
	reformed []string
}

// keep puts the planned value back into an attribute that was read, if they differ.
func keep[T attr.Value](m *meanwhile, name string, planned T, read *T) {
	if planned.IsUnknown() || planned.Equal(*read) {
		return
	}
	if sameText(planned, *read) {
		m.reformed = append(m.reformed, name)
	} else {
		m.changed = append(m.changed, name)
	}
	*read = planned
}

// warn tells of the changes to an object, if there are any.
func (m *meanwhile) warn(object string, diags *diag.Diagnostics) {
	if len(m.reformed) > 0 {
		diags.AddWarning(fmt.Sprintf("The registry keeps %s of %s in another form", strings.Join(m.reformed, " and "), object),
			"It leaves out blanks or line breaks at the ends of a text, or ends lines otherwise, so that every plan will show this difference. Write the "+
				"text as the registry keeps it: chomp() takes off the line break with which a heredoc ends, and trimspace() all blanks at the ends.")
	}
	if len(m.changed) == 0 {
		return
	}
	diags.AddWarning(fmt.Sprintf("Somebody else changed %s of %s", strings.Join(m.changed, " and "), object),
		"This apply had just written what was planned, and then read something else. It left that as it is: the next plan shows the difference, and "+
			"applying it sets it back. Find out who changes it as well.")
}
