"""Takes a registry of 50 models with 500 versions, made by MLflow's own client, under management: the plan imports everything
and changes nothing, the next plan is empty, and the registry answers what it answered before, to the last time of update.

    make adopt

does it on `terraform-provider-mlregistry serve`; MLREGISTRY_TEST_URI names another server, which must be empty. There is a test
for each way that the guide shows: an inventory with for_each (examples/adopt-registry), and `terraform query` (Terraform 1.14).
"""

import json
import os
import random
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from mlflow import MlflowClient
from test_client import uri  # noqa: F401 - a fixture

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

MODELS, VERSIONS = 50, 10
AWKWARD = '50% "sure", it\'s ${not.a_reference} %{if true}\n\tC:\\temp – ✓'
EXAMPLE = Path(__file__).parents[2] / "examples" / "adopt-registry"


def make_registry(client):
    """Registers what teams leave behind in years, always the same: descriptions, tags, stages, aliases, a shared stage."""
    draw = random.Random(1)
    for index in range(MODELS):
        name = f"model {index:02}" if index % 10 == 0 else f"model-{index:02}"
        tags = {"team": draw.choice(["risk", "growth", "search"])} if index % 3 else None
        client.create_registered_model(name, tags=tags, description=AWKWARD if index % 4 == 0 else None)
        for number in range(1, VERSIONS + 1):
            client.create_model_version(
                name,
                source=f"s3://models/{index}/{number}",
                run_id=f"{index:016x}{number:016x}" if number % 2 else None,
                tags={"validation_status": "passed", "note": AWKWARD} if number % 3 == 0 else None,
                description=f"Trained in week {number}" if number % 5 == 0 else None,
                await_creation_for=0,
            )
        production, staging = draw.sample(range(1, VERSIONS + 1), 2)
        for old in range(1, production):
            client.transition_model_version_stage(name, str(old), "Archived")
        client.transition_model_version_stage(name, str(production), "Production")
        if index % 2:
            client.transition_model_version_stage(name, str(staging), "Staging")
        client.set_registered_model_alias(name, "champion", str(production))
        client.set_registered_model_alias(name, f"week-{index}", str(staging))
    # A script that promoted without archive_existing_versions left two in Production.
    client.transition_model_version_stage("model-49", "9", "Production")
    client.transition_model_version_stage("model-49", "10", "Production")


def dump(uri):  # noqa: F811
    """Everything the REST API says of all models and versions, without any code of the provider or of MLflow's client."""
    found = {}
    for endpoint, key in [("registered-models/search", "registered_models"), ("model-versions/search", "model_versions")]:
        found[key], token = [], ""
        while True:
            query = urllib.parse.urlencode({"max_results": 1000, "page_token": token} if token else {"max_results": 1000})
            with urllib.request.urlopen(f"{uri}/api/2.0/mlflow/{endpoint}?{query}") as answer:
                page = json.load(answer)
            found[key] += page.get(key, [])
            if not (token := page.get("next_page_token")):
                break
        found[key].sort(key=lambda one: json.dumps(one, sort_keys=True))
    return json.dumps(found, indent=1, sort_keys=True)


class Workspace:
    """A folder in which the CLI runs, with the provider that PROVIDER names."""

    def __init__(self, folder, uri):  # noqa: F811
        self.folder = folder
        program = Path(os.environ["PROVIDER"]).resolve()
        settings = folder / "cli.tfrc"
        overrides = "".join(
            f'    "{host}/mlregistry/mlregistry" = {json.dumps(str(program.parent))}\n'
            for host in ["registry.terraform.io", "registry.opentofu.org"]
        )
        settings.write_text(f"provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n  direct {{}}\n}}\n")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "MLFLOW_"))}
        self.env = clean | {
            "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "MLFLOW_TRACKING_URI": uri,
        }

    def run(self, *arguments, expect=0):
        begun = time.monotonic()
        done = subprocess.run([os.environ["CLI"], *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True)
        print(f"{' '.join(arguments)}: {time.monotonic() - begun:.1f} s")
        assert done.returncode == expect, done.stdout[-5000:] + done.stderr
        return done.stdout

    def take_over(self, count):
        """Plans and applies, and plans again once the import blocks are gone."""
        plan = self.run("plan", "-no-color", "-out=plan.tfplan")
        assert f"Plan: {count} to import, 0 to add, 0 to change, 0 to destroy." in plan, plan[-3000:]
        self.run("apply", "-no-color", "plan.tfplan")
        (self.folder / "imports.tf").unlink(missing_ok=True)
        self.run("plan", "-no-color", "-detailed-exitcode")  # exits with 2 unless it is empty


@pytest.fixture(scope="module")
def registry(uri):  # noqa: F811
    begun = time.monotonic()
    make_registry(MlflowClient(tracking_uri=uri, registry_uri=uri))
    print(f"{MODELS} models with {MODELS * VERSIONS} versions made in {time.monotonic() - begun:.1f} s")
    before = dump(uri)
    made = json.loads(before)
    assert len(made["registered_models"]) == MODELS and len(made["model_versions"]) == MODELS * VERSIONS
    return uri, before


def pointers(before, shared):
    """How many stages are to be found: those of one holder, or all."""
    holders = {}
    for version in json.loads(before)["model_versions"]:
        if version["current_stage"] in ("Staging", "Production"):
            holders.setdefault((version["name"], version["current_stage"]), []).append(version["version"])
    return len([held for held in holders.values() if shared or len(held) == 1])


def test_by_an_inventory(registry, tmp_path):
    address, before = registry
    work = Workspace(tmp_path, address)
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    work.run("-chdir=inventory", "apply", "-no-color", "-auto-approve")
    (tmp_path / "inventory.json").write_text(work.run("-chdir=inventory", "output", "-json", "inventory"))
    shared = json.loads(work.run("-chdir=inventory", "output", "-json", "shared_stages"))
    assert list(shared) == ["model-49/Production"] and {"9", "10"} <= set(shared["model-49/Production"])
    work.take_over(MODELS + MODELS * VERSIONS + 2 * MODELS + pointers(before, shared=False))
    assert dump(address) == before, "the registry has changed"


def test_by_a_query(registry, tmp_path):
    address, before = registry
    work = Workspace(tmp_path, address)
    (tmp_path / "main.tf").write_text((EXAMPLE / "main.tf").read_text().split("locals {")[0])
    kinds = ["registered_model", "model_version", "model_alias"]
    (tmp_path / "registry.tfquery.hcl").write_text("".join(
        f'list "mlregistry_{kind}" "all" {{\n  provider         = mlregistry\n  limit            = 10000\n}}\n' for kind in kinds
    ))
    work.run("query", "-no-color", "-generate-config-out=registry.tf")
    work.take_over(MODELS + MODELS * VERSIONS + 2 * MODELS)
    assert dump(address) == before, "the registry has changed"
