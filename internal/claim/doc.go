// Package claim is the ledger of what the resources of one walk of Terraform declare: who is to hold a stage, where an alias points, what
// value a tag has, which versions and models stay, and what is destroyed.
//
// Terraform plans resources one by one, in any order, ten at a time. It tells a provider neither their addresses nor when it is through. So
// the later of two resources finds the earlier one here, and one question under one lock notes a claim and returns all that is at odds with
// it. The ledger covers what one process plans: not other provider aliases, not other states, and not resources left out with -target.
//
// A resource that is replaced is planned as (prior, proposed) and then as (null, proposed); a plan without a proposal is made only for one
// that really goes. Any claim on the same object beside such a plan is therefore another resource's, and what it declares stays.
//
// It imports the registry's words and nothing of Terraform.
package claim
