# What a plan does to stages, read from `terraform show -json`: the facts that the comment and the policies share.
package mlregistry.plan

# planned are the changes of this provider's resources.
planned contains change if {
	some change in input.resource_changes
	startswith(change.type, "mlregistry_")
	change.mode == "managed"
	count({"create", "update", "delete"} & {action | some action in change.change.actions}) > 0
}

# entries are the versions that come to hold an exclusive stage: version is null for one that apply registers, from is the
# stage it comes from, and null where the plan does not tell.
entries contains entry if {
	some change in planned
	enters(change)
	after := change.change.after
	stage := exclusive(after.stage)
	version := object.get(after, "version", null)
	entry := {
		"address": change.address,
		"model": model_name(change),
		"stage": stage,
		"version": version,
		"source": object.get(after, "source", null),
		"leaves": leaving(change),
		"from": stage_before(change, version),
		"tags": tags_of(after, version),
	}
}

# takeovers are versions that stay in their stage while others are made to leave it: conflicts that somebody made by hand.
takeovers contains takeover if {
	some change in planned
	after := change.change.after
	after != null
	not enters(change)
	leaves := {version | some version in after.archived_versions} & {version | some version in change.change.before.stage_conflicts}
	count(leaves) > 0
	takeover := {
		"address": change.address,
		"model": model_name(change),
		"stage": exclusive(after.stage),
		"version": after.version,
		"leaves": leaves,
	}
}

# exits are versions that leave an exclusive stage on their own account, whoever comes after them.
exits contains departure if {
	some change in planned
	before := change.change.before
	leaves_by_itself(change)
	departure := {
		"address": change.address,
		"model": before.model_name,
		"stage": exclusive(before.stage),
		"version": before.version,
	}
}

# deletions are versions that are deleted from the registry, or models with all their versions (version is null).
deletions contains deletion if {
	some change in planned
	change.type == "mlregistry_model_version"
	"delete" in change.change.actions
	before := change.change.before
	before.on_destroy == "delete"
	deletion := {"address": change.address, "model": before.model_name, "version": before.version}
}

deletions contains deletion if {
	some change in planned
	change.type == "mlregistry_registered_model"
	"delete" in change.change.actions
	before := change.change.before
	before.force_destroy
	deletion := {"address": change.address, "model": before.name, "version": null}
}

# exclusive is MLflow's spelling of a stage that one version holds, and undefined for any other stage.
exclusive(stage) := {"staging": "Staging", "production": "Production"}[lower(stage)]

# enters tells that a change gives an exclusive stage to a version.
enters(change) if {
	exclusive(change.change.after.stage)
	not holds(change)
}

# holds tells that the version of a change has the stage already.
holds(change) if {
	before := change.change.before
	after := change.change.after
	lower(held_before(change)) == lower(after.stage)
	before.version == after.version
	before.model_name == after.model_name
}

# held_before is the stage of a version before the change. Where its stage was left out until now, from_stage says it.
held_before(change) := change.change.before.stage if {
	change.change.before.stage != null
} else := change.change.after.from_stage

# let_loose are versions whose stage is no longer declared: they stay where they are, or leave with who comes.
let_loose contains {
	"address": change.address,
	"model": change.change.before.model_name,
	"version": change.change.before.version,
	"stage": exclusive(change.change.before.stage),
} if {
	some change in planned
	change.type == "mlregistry_model_version"
	change.change.actions == ["update"]
	change.change.after.stage == null
	not change.change.after_unknown.stage
}

leaves_by_itself(change) if {
	change.type == "mlregistry_model_version"
	before := change.change.before
	before.version == change.change.after.version
	exclusive(before.stage) != object.get({"staging": "Staging", "production": "Production"}, lower(change.change.after.stage), "")
}

leaves_by_itself(change) if {
	change.type in {"mlregistry_model_version", "mlregistry_model_stage"}
	"delete" in change.change.actions
	exclusive(change.change.before.stage)
	object.get(change.change.before, "on_destroy", null) in {"archive", "delete"}
	not points_on(change)
}

# points_on tells that a pointer is replaced by one to another stage, in whose favour nothing is archived.
points_on(change) if {
	change.type == "mlregistry_model_stage"
	change.change.before.version == change.change.after.version
}

# leaving are the versions that a change archives; null where the plan does not know them yet.
leaving(change) := {version | some version in change.change.after.archived_versions} if {
	is_array(change.change.after.archived_versions)
} else := null

# model_name is null for a model whose name the plan does not know yet.
model_name(change) := object.get(change.change.after, "model_name", null)

# stage_before is where the plan shows a version before the change.
stage_before(change, version) := held_before(change) if {
	change.type == "mlregistry_model_version"
	change.change.before.version == version
} else := "None" if {
	version == null
} else := shown.stage if {
	some shown in versions_shown
	shown.model_name == change.change.after.model_name
	shown.version == version
} else := null

# tags_of are the tags that a version will have, as far as the plan shows them.
tags_of(after, version) := object.union(
	declared(after),
	object.union_n([declared(shown) |
		some shown in versions_shown
		shown.model_name == after.model_name
		shown.version == version
	]),
)

declared(values) := values.tags if {
	is_object(values.tags)
} else := {}

# versions_shown are all versions in the state and among the data sources that the plan has read.
versions_shown contains shown.values if {
	walk(input.prior_state.values, [_, shown])
	shown.type == "mlregistry_model_version"
}
