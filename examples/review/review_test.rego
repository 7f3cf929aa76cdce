# The plans (data.plans) are real ones: `make test-policies` makes them and runs these tests. What each was made of stands in
# tools/reviewcheck/plan_cases_test.go under the same name.
package mlregistry.review_test

import data.mlregistry.checks
import data.mlregistry.policy
import data.mlregistry.review

# said is what the comment says below its heading, line by line.
said(plan) := lines if {
	comment := review.comment with input as plan
	lines := array.slice(split(comment, "\n"), 2, 100)
}

denied(plan) := messages if {
	messages := policy.deny with input as plan
}

# Promotions

test_promotion_of_a_version if {
	said(data.plans.version_promotion) == ["- **fraud**: 1 leaves Production, 2 enters"]
	denied(data.plans.version_promotion) == set()
}

test_promotion_without_staging if {
	said(data.plans.version_without_staging) == [
		"- **fraud**: 1 leaves Production, 2 enters",
		"",
		"**Refused by policy:**",
		"",
		"- fraud: version 2 enters Production without Staging",
	]
	denied(data.plans.version_without_staging) == {"fraud: version 2 enters Production without Staging"}
}

test_promotion_without_tags if {
	denied(data.plans.version_without_tags) == {"fraud: version 2 enters Production without the tags: approved_by"}
}

test_other_required_tags if {
	message := "fraud: version 2 enters Production without the tags: audited_by, card"
	policy.deny == {message} with input as data.plans.version_promotion
		with data.mlregistry.settings.required_tags as ["card", "approved_by", "audited_by"]
}

test_new_version if {
	said(data.plans.new_version)[0] == "- **fraud**: 1 leaves Production, a new version from `s3://models/fraud/2` enters"
	denied(data.plans.new_version) == {"fraud: a new version enters Production without Staging"}
}

test_new_version_to_staging if {
	said(data.plans.new_version_to_staging) == [concat("", [
		"- **fraud**: a new version from `s3://models/fraud/2` enters Staging, which nobody holds",
	])]
	denied(data.plans.new_version_to_staging) == set()
}

test_first_version if {
	said(data.plans.first_version) == [
		"- **fraud**: a new model",
		"- **fraud**: a new version is registered from `s3://models/fraud/1`",
	]
	denied(data.plans.first_version) == set()
}

test_promotion_of_an_adopted_version if {
	said(data.plans.adopted_promotion)[0] == "- **fraud**: 7 leaves Production, 8 enters"
}

test_promotion_by_pointer if {
	said(data.plans.pointer_promotion)[0] == "- **fraud**: 7 leaves Production, 8 enters"
	denied(data.plans.pointer_promotion) == {
		"fraud: version 8 enters Production without Staging, as far as the plan shows",
		"fraud: version 8 enters Production without the tags: approved_by",
	}
}

# A data source of version 8 says what the pointer does not.
test_promotion_by_pointer_of_a_version_shown if {
	said(data.plans.pointer_promotion_shown) == ["- **fraud**: 7 leaves Production, 8 enters"]
	denied(data.plans.pointer_promotion_shown) == set()
}

test_promotion_by_pointer_without_staging if {
	denied(data.plans.pointer_without_staging) == {"fraud: version 8 enters Production without Staging"}
}

test_first_pointer if {
	said(data.plans.pointer_first)[0] == "- **fraud**: 1 enters Production, which nobody holds"
}

test_rollback if {
	said(data.plans.rollback) == ["- **fraud**: 2 leaves Production, 1 enters, back from Archived"]
	denied(data.plans.rollback) == set()
}

# What somebody did by hand

test_conflict if {
	said(data.plans.conflict) == ["- **fraud**: 2 leaves Production, 1 stays"]
	denied(data.plans.conflict) == set()
}

test_moved_by_hand if {
	said(data.plans.moved_by_hand)[0] == "- **fraud**: 2 leaves Production, 1 enters, back from Archived"
}

test_two_leave_at_once if {
	said(data.plans.pointer_over_two)[0] == "- **fraud**: 1, 2 leave Production, 3 enters"
	"fraud: 2 versions leave Production at once: 1, 2" in denied(data.plans.pointer_over_two)
}

# Versions that go

test_retirement if {
	said(data.plans.retirement) == ["- **fraud**: 1 leaves Production, **nobody enters**"]
}

test_version_block_removed if {
	said(data.plans.version_block_removed) == ["- **fraud**: 1 leaves Production, **nobody enters**"]
	denied(data.plans.version_block_removed) == set()
}

test_version_block_removed_and_retained if {
	said(data.plans.version_block_removed_retained) == ["- **fraud**: 1 is no longer managed, and stays in Production"]
	denied(data.plans.version_block_removed_retained) == set()
}

test_pointer_removed if {
	said(data.plans.pointer_removed) == ["- **fraud**: 1 leaves Production, **nobody enters**"]
}

test_version_deleted if {
	said(data.plans.version_deleted) == [
		"- **fraud**: 1 leaves Production, **nobody enters**",
		"- **fraud**: version 1 is **deleted from the registry**",
		"",
		"**Refused by policy:**",
		"",
		"- fraud: version 1 is deleted from the registry",
	]
}

test_model_deleted if {
	array.slice(said(data.plans.model_deleted), 0, 2) == [
		"- **fraud**: 1 is no longer managed, and is archived",
		"- **fraud**: the model and all its versions are **deleted from the registry**",
	]
	denied(data.plans.model_deleted) == {"fraud: the model with all its versions is deleted from the registry"}
}

# Checks

test_check_fails if {
	checks.failed == {"check.candidate: Nobody is in Staging."} with input as data.plans.check_fails
	said(data.plans.check_fails) == [
		"This plan changes no model, no version and no alias.",
		"",
		"**Failed checks:**",
		"",
		"- check.candidate: Nobody is in Staging.",
	]
}

test_check_passes if {
	checks.failed == set() with input as data.plans.check_passes
	said(data.plans.check_passes) == ["This plan changes no model, no version and no alias."]
}

# The rest

test_alias if {
	said(data.plans.alias_moved) == ["- **fraud**: alias `champion` moves from 7 to 8"]
	denied(data.plans.alias_moved) == set()
}

test_nothing if {
	said(data.plans.nothing) == ["This plan changes no model, no version and no alias."]
	denied(data.plans.nothing) == set()
}
