# The check blocks of a configuration. One that fails is only a warning to Terraform, and does not change the exit code of
# `terraform plan -detailed-exitcode`: a nightly run asks here.
#
#   terraform show -json tfplan >plan.json
#   opa eval --fail-defined --format pretty --data review --input plan.json 'data.mlregistry.checks.failed[_]'
package mlregistry.checks

failed contains sprintf("%s: %s", [check.address.to_display, problem.message]) if {
	some check in input.checks
	some instance in check.instances
	instance.status in {"fail", "error"}
	some problem in instance.problems
}

# A check that could not be made has no problem to show.
failed contains sprintf("%s could not be checked", [check.address.to_display]) if {
	some check in input.checks
	check.status in {"fail", "error"}
	count([problem | some instance in check.instances; some problem in instance.problems]) == 0
}
