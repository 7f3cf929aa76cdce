package provider_test

import (
	"context"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// changedOutside checks that the plan shows what somebody did: the value that an attribute has before the change.
type changedOutside struct {
	address, attribute string
	found              knownvalue.Check
}

func (c changedOutside) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	change := changeOf(req.Plan, c.address)
	if change == nil {
		resp.Error = fmt.Errorf("the plan has nothing about %s", c.address)
		return
	}
	found, ok := change.Before.(map[string]any)
	if !ok {
		resp.Error = fmt.Errorf("%s is not there before the change", c.address)
		return
	}
	if err := c.found.CheckValue(found[c.attribute]); err != nil {
		resp.Error = fmt.Errorf("%s of %s before the change: %w", c.attribute, c.address, err)
	}
}

func changeOf(plan *tfjson.Plan, address string) *tfjson.Change {
	for _, resource := range plan.ResourceChanges {
		if resource.Address == address {
			return resource.Change
		}
	}
	return nil
}

// changesOnly checks that the plan changes these attributes of a resource and no others.
type changesOnly struct {
	address    string
	attributes []string
}

func (c changesOnly) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	change := changeOf(req.Plan, c.address)
	if change == nil {
		resp.Error = fmt.Errorf("the plan has nothing about %s", c.address)
		return
	}
	before, _ := change.Before.(map[string]any)
	after, _ := change.After.(map[string]any)
	allowed := make(map[string]bool)
	for _, attribute := range c.attributes {
		allowed[attribute] = true
		if fmt.Sprint(before[attribute]) == fmt.Sprint(after[attribute]) {
			resp.Error = fmt.Errorf("%s of %s does not change", attribute, c.address)
		}
	}
	unknown, _ := change.AfterUnknown.(map[string]any)
	for attribute := range before {
		if !allowed[attribute] && (fmt.Sprint(before[attribute]) != fmt.Sprint(after[attribute]) || unknown[attribute] == true) {
			resp.Error = fmt.Errorf("%s of %s changes from %v to %v (unknown: %v)", attribute, c.address,
				before[attribute], after[attribute], unknown[attribute])
		}
	}
}
