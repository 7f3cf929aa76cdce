# Policies for the promotion of model versions. `deny` is empty for a plan that may be applied.
#
#   terraform show -json tfplan >plan.json
#   opa eval --fail-defined --format pretty --data review --input plan.json 'data.mlregistry.policy.deny[_]'
#
# A pointer (mlregistry_model_stage) names a version that the plan need not show. A data source mlregistry_model_version of
# that version puts its stage and its tags into the plan; without one the policies below deny what they cannot see.
package mlregistry.policy

import data.mlregistry.plan

# No version enters Production without Staging. A version that comes back from Archived is a rollback.
deny contains message if {
	some entry in plan.entries
	entry.stage == "Production"
	not entry.from in {"Staging", "Archived", "Production"}
	message := sprintf("%s: %s enters Production without Staging%s", [model(entry), version(entry), origin(entry)])
}

# Every version that enters Production has the required tags (settings.json).
deny contains message if {
	some entry in plan.entries
	entry.stage == "Production"
	missing := {tag | some tag in data.mlregistry.settings.required_tags} - object.keys(entry.tags)
	count(missing) > 0
	message := sprintf("%s: %s enters Production without the tags: %s", [model(entry), version(entry), concat(", ", sort(missing))])
}

# A promotion archives one version. More have come to hold the stage by hand: look who uses them first.
deny contains message if {
	some entry in (plan.entries | plan.takeovers)
	count(entry.leaves) > data.mlregistry.settings.archived_at_once
	message := sprintf(
		"%s: %d versions leave %s at once: %s",
		[model(entry), count(entry.leaves), entry.stage, concat(", ", numerically(entry.leaves))],
	)
}

# Who leaves is to be known when the plan is reviewed.
deny contains message if {
	some entry in plan.entries
	entry.leaves == null
	message := sprintf("%s: the plan does not say who leaves %s", [model(entry), entry.stage])
}

# No version is deleted, by itself or with its model.
deny contains message if {
	some deletion in plan.deletions
	message := sprintf("%s: %s is deleted from the registry", [model(deletion), deleted(deletion)])
}

# A stage that the plan does not know yet could be any.
deny contains message if {
	some change in plan.planned
	change.change.after_unknown.stage == true
	message := sprintf("%s: its stage is known only after apply", [change.address])
}

model(fact) := fact.model if {
	fact.model != null
} else := fact.address

version(fact) := sprintf("version %s", [fact.version]) if {
	fact.version != null
} else := "a new version"

origin(entry) := ", as far as the plan shows" if {
	entry.from == null
} else := ""

deleted(deletion) := sprintf("version %s", [deletion.version]) if {
	deletion.version != null
} else := "the model with all its versions"

numerically(versions) := [format_int(number, 10) | some number in sort([to_number(version) | some version in versions])]
