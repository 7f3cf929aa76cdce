# The comment for a pull request, in Markdown: one line for every version that enters or leaves a stage.
#
#   terraform show -json tfplan >plan.json
#   opa eval --format raw --data review --input plan.json data.mlregistry.review.comment
package mlregistry.review

import data.mlregistry.checks
import data.mlregistry.plan
import data.mlregistry.policy

comment := concat("\n", array.flatten([["### Model registry", ""], changes, refused, unchecked]))

changes := [sprintf("- %s", [line]) | some line in sort(lines)] if {
	count(lines) > 0
} else := ["This plan changes no model, no version and no alias."]

refused := listing("Refused by policy", policy.deny)

unchecked := listing("Failed checks", checks.failed)

listing(title, messages) := array.concat(
	["", sprintf("**%s:**", [title]), ""],
	[sprintf("- %s", [message]) | some message in sort(messages)],
) if {
	count(messages) > 0
} else := []

# A version enters a stage.
lines contains line if {
	some entry in plan.entries
	line := sprintf("%s: %s%s enters%s%s", [named(entry), who_leaves(entry), entering(entry), into(entry), returning(entry)])
}

# A version keeps a stage, and others that somebody put there leave it.
lines contains line if {
	some entry in plan.takeovers
	line := sprintf("%s: %s %s %s, %s stays", [named(entry), listed(entry.leaves), verb(entry.leaves), entry.stage, entry.version])
}

# A version leaves a stage, and nobody enters.
lines contains line if {
	some departure in plan.exits
	not succeeded(departure)
	line := sprintf("%s: %s leaves %s, **nobody enters**", [named(departure), departure.version, departure.stage])
}

# A stage is no longer declared, and nobody takes it.
lines contains line if {
	some loose in plan.let_loose
	not taken(loose)
	line := sprintf("%s: the stage of %s is no longer managed, and %s stays in %s", [named(loose), loose.version, loose.version, loose.stage])
}

lines contains line if {
	some deletion in plan.deletions
	line := sprintf("%s: %s **deleted from the registry**", [named(deletion), gone(deletion)])
}

# A version is registered, and is in no exclusive stage.
lines contains line if {
	some change in plan.planned
	change.type == "mlregistry_model_version"
	"create" in change.change.actions
	not change.change.after.version
	not plan.enters(change)
	line := sprintf("%s: a new version is registered from `%s`", [named_by(change), change.change.after.source])
}

# A version is no longer Terraform's, and is in no exclusive stage or stays there.
lines contains line if {
	some change in plan.planned
	let_go(change)
	before := change.change.before
	line := sprintf("**%s**: %s is no longer managed, and %s", [before.model_name, before.version, left_in(before)])
}

lines contains line if {
	some change in plan.planned
	change.type == "mlregistry_registered_model"
	change.change.actions == ["create"]
	line := sprintf("**%s**: a new model", [change.change.after.name])
}

lines contains line if {
	some change in plan.planned
	change.type == "mlregistry_model_alias"
	line := sprintf("**%s**: alias `%s` %s", [object.get(either(change), "model_name", "?"), either(change).alias, pointed(change)])
}

# Whatever has no line above is named with what is done to it.
lines contains line if {
	some change in plan.planned
	not change.address in told
	line := sprintf("`%s`: %s%s", [change.address, concat(" and ", change.change.actions), attributes(change)])
}

told := facts | {change.address |
	some change in plan.planned
	told_by_kind(change)
}

facts := {fact.address | some fact in ((plan.entries | plan.takeovers) | ((plan.exits | plan.deletions) | plan.let_loose))}

told_by_kind(change) if change.type == "mlregistry_model_alias"

told_by_kind(change) if let_go(change)

told_by_kind(change) if {
	change.type in {"mlregistry_model_version", "mlregistry_registered_model"}
	"create" in change.change.actions
}

let_go(change) if {
	change.type == "mlregistry_model_version"
	change.change.actions == ["delete"]
	not change.address in facts
}

left_in(before) := "is archived" if {
	before.on_destroy == "archive"
} else := sprintf("stays in %s", [before.stage]) if {
	before.stage != null
} else := "stays where it is"

# The stage is named once: with who leaves it or, where nobody does, with who enters.
who_leaves(entry) := "" if {
	entry.leaves == set()
} else := sprintf("%s %s %s, ", [listed(entry.leaves), verb(entry.leaves), entry.stage]) if {
	entry.leaves != null
} else := sprintf("apply will tell who leaves %s, ", [entry.stage])

entering(entry) := entry.version if {
	entry.version != null
} else := sprintf("a new version from `%s`", [entry.source])

into(entry) := sprintf(" %s, which nobody holds", [entry.stage]) if {
	entry.leaves == set()
} else := ""

returning(entry) := ", back from Archived" if {
	entry.from == "Archived"
} else := ""

succeeded(departure) if {
	some entry in plan.entries
	entry.model == departure.model
	entry.stage == departure.stage
}

# It leaves Staging for Production, say.
succeeded(departure) if {
	some entry in plan.entries
	entry.model == departure.model
	entry.version == departure.version
}

taken(loose) if {
	some entry in plan.entries
	entry.model == loose.model
	entry.leaves[loose.version]
}

gone(deletion) := sprintf("version %s is", [deletion.version]) if {
	deletion.version != null
} else := "the model and all its versions are"

pointed(change) := "is removed" if {
	change.change.actions == ["delete"]
} else := sprintf("moves from %s to %s", [change.change.before.version, target(change)]) if {
	change.change.actions == ["update"]
} else := sprintf("is set to %s", [target(change)])

target(change) := object.get(change.change.after, "version", "a new version")

# attributes lists what an update changes.
attributes(change) := sprintf(" (%s)", [concat(", ", sort(changed))]) if {
	change.change.actions == ["update"]
	changed := {name |
		some name, value in change.change.after
		value != object.get(change.change.before, name, null)
	}
} else := ""

named(fact) := sprintf("**%s**", [fact.model]) if {
	fact.model != null
} else := sprintf("`%s`", [fact.address])

named_by(change) := named({"model": plan.model_name(change), "address": change.address})

either(change) := change.change.after if {
	change.change.after != null
} else := change.change.before

listed(versions) := concat(", ", policy.numerically(versions))

verb(versions) := "leaves" if {
	count(versions) == 1
} else := "leave"
