"""Runs each row of the guide "From a Python script to Terraform": the call on one model, what is to be written instead on another
one, and compares what the registry then says of the two.

    make test-python

does it on `terraform-provider-mlregistry serve`; MLREGISTRY_TEST_URI names another server.
"""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest
from mlflow import MlflowClient
from test_adopt import Workspace, dump
from test_client import uri  # noqa: F401 - a fixture

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

GUIDE = Path(__file__).parents[2] / "templates" / "guides" / "from-python.md"

REQUIRED = 'terraform {\n  required_providers {\n    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }\n  }\n}\n'


def block(kind, label, **attributes):
    """A resource block; values that begin with = are expressions, the others JSON, which HCL reads as its own."""
    lines = "".join(
        f"  {key} = {value[1:] if isinstance(value, str) and value.startswith('=') else json.dumps(value)}\n"
        for key, value in attributes.items()
    )
    return f'resource "mlregistry_{kind}" "{label}" {{\n{lines}}}\n'


def model(**attributes):
    return block("registered_model", "m", name="NAME", **attributes)


def version(number, **attributes):
    """Version number of the model, registered after the one before it."""
    after = {"depends_on": f"=[mlregistry_model_version.v{number - 1}]"} if number > 1 else {}
    if "version" not in attributes:
        attributes |= {"source": f"s3://models/{number}"}
    return block("model_version", f"v{number}", model_name="=mlregistry_registered_model.m.name", **attributes, **after)


def adopted(number, **attributes):
    """A version that a pipeline has registered, of a model that it has registered as well."""
    return block("model_version", f"v{number}", model_name="NAME", version=number, **attributes)


def begin(versions=0, **attributes):
    """What a script finds: a model with versions."""

    def made(client, name):
        client.create_registered_model(name, **attributes)
        for number in range(1, versions + 1):
            client.create_model_version(name, f"s3://models/{number}", await_creation_for=0)

    return made


class Row:
    """A row of the guide: its first cell, the call, and the ways to write it, each the configurations that are applied in turn.

    begun makes what the script finds, and found what the configuration finds where it does not make it itself.
    """

    def __init__(self, cell, call, *ways, begun=None, found=None):
        self.cell, self.call, self.ways, self.begun, self.found = cell, call, ways, begun, found


def promote(client, name, number, archive):
    client.transition_model_version_stage(name, str(number), "Production", archive_existing_versions=archive)


def tags_changed(set_tag, delete_tag):
    def change(client, name):
        getattr(client, set_tag)(*name, "c", "3")
        getattr(client, delete_tag)(*name, "a")

    return change


def of_model(change):
    return lambda client, name: change(client, [name])


def of_version(change):
    return lambda client, name: change(client, [name, "1"])


def live(client, name):
    """Version 1 of two is in Production."""
    begin(2)(client, name)
    promote(client, name, 1, False)


def aliased(client, name):
    begin(2)(client, name)
    client.set_registered_model_alias(name, "champion", "1")


def archive_then_promote(client, name):
    client.transition_model_version_stage(name, "1", "Archived")
    promote(client, name, 2, False)


def copied_from(client, name):
    client.create_registered_model(f"{name}-src")
    client.create_model_version(
        f"{name}-src", "s3://models/src", run_id="7f0c2d9b", tags={"validation_status": "passed"}, description="Week 7", await_creation_for=0
    )


ROWS = [
    Row(
        "`create_registered_model(name, tags, description)`",
        lambda client, name: client.create_registered_model(name, tags={"team": "risk"}, description="Card fraud"),
        [model(tags={"team": "risk"}, description="Card fraud")],
    ),
    Row(
        "`update_registered_model(name, description)`",
        lambda client, name: client.update_registered_model(name, description="Fraud"),
        [model(description="Card fraud"), model(description="Fraud")],
        begun=begin(description="Card fraud"),
    ),
    Row(
        "`set_registered_model_tag`, `delete_registered_model_tag`",
        of_model(tags_changed("set_registered_model_tag", "delete_registered_model_tag")),
        [model(tags={"a": "1", "b": "2"}), model(tags={"b": "2", "c": "3"})],
        [model(tags={"b": "2"}) + block("registered_model_tag", "t", model_name="=mlregistry_registered_model.m.name", key="a", value="1"),
         model(tags={"b": "2"}) + block("registered_model_tag", "t", model_name="=mlregistry_registered_model.m.name", key="c", value="3")],
        begun=begin(tags={"a": "1", "b": "2"}),
    ),
    Row(
        "`delete_registered_model`",
        lambda client, name: client.delete_registered_model(name),
        [model(), ""],
        [model(force_destroy=True) + version(1), ""],
        begun=begin(),
    ),
    Row(
        "`create_model_version(name, source, run_id)`",
        lambda client, name: client.create_model_version(name, "s3://models/1", run_id="7f0c2d9b", await_creation_for=0),
        [model() + version(1, run_id="7f0c2d9b")],
        begun=begin(),
    ),
    Row(
        "`update_model_version(name, version, description)`",
        lambda client, name: client.update_model_version(name, "1", "Week 8"),
        [model() + version(1, description="Week 7"), model() + version(1, description="Week 8")],
        begun=begin(1),
    ),
    Row(
        "`set_model_version_tag`, `delete_model_version_tag`",
        of_version(tags_changed("set_model_version_tag", "delete_model_version_tag")),
        [model() + version(1, tags={"a": "1"}), model() + version(1, tags={"c": "3"})],
        [model() + version(1) + block("model_version_tag", "t", model_name="NAME", version="=mlregistry_model_version.v1.version", key=key, value=value)
         for key, value in [("a", "1"), ("c", "3")]],
        begun=lambda client, name: (begin(1)(client, name), client.set_model_version_tag(name, "1", "a", "1")),
    ),
    Row(
        "`delete_model_version`",
        lambda client, name: client.delete_model_version(name, "1"),
        [model() + version(1, on_destroy="delete"), model()],
        begun=begin(1),
    ),
    Row(
        '`transition_model_version_stage(name, version, "Production", archive_existing_versions=True)`',
        lambda client, name: promote(client, name, 2, True),
        [block("model_stage", "s", model_name="NAME", stage="Production", version=2)],
        [adopted(2, stage="Production")],
        begun=live, found=live,
    ),
    Row(
        "the same without `archive_existing_versions`",
        lambda client, name: promote(client, name, 2, False),
        [adopted(2, stage="Production", archive_existing_versions=False)],
        begun=live, found=live,
    ),
    Row(
        '`transition_model_version_stage(name, old, "Archived")` before the promotion',
        archive_then_promote,
        [model() + version(1, stage="Production") + version(2), model() + version(1) + version(2, stage="Production")],
        begun=live,
    ),
    Row(
        "`set_registered_model_alias(name, alias, version)`",
        lambda client, name: client.set_registered_model_alias(name, "champion", "2"),
        [block("model_alias", "a", model_name="NAME", alias="champion", version=1), block("model_alias", "a", model_name="NAME", alias="champion", version=2)],
        begun=aliased, found=begin(2),
    ),
    Row(
        "`delete_registered_model_alias`",
        lambda client, name: client.delete_registered_model_alias(name, "champion"),
        [block("model_alias", "a", model_name="NAME", alias="champion", version=1), ""],
        begun=aliased, found=begin(2),
    ),
    Row(
        "`copy_model_version(src, dst_name)`",
        lambda client, name: client.copy_model_version(f"models:/{name}-src/1", name),
        [model() + block("model_version", "v1", model_name="=mlregistry_registered_model.m.name", source="models:/NAME-src/1", run_id="7f0c2d9b",
                         tags={"validation_status": "passed"}, description="Week 7")],
        begun=copied_from, found=copied_from,
    ),
]

# Rows with a test of their own below.
RENAME = "`rename_registered_model`"
LATEST = '`get_latest_versions(name, ["Production"])`'
READS = {
    "`get_model_version_by_alias`": (
        'data "mlregistry_model_version" "d" {\n  model_name = "NAME"\n  alias = "champion"\n}\n'
        'output "found" { value = data.mlregistry_model_version.d.version }\n',
        lambda client, name: client.get_model_version_by_alias(name, "champion").version,
    ),
    "`search_model_versions(filter_string)`": (
        'data "mlregistry_model_versions" "d" {\n  filter = "name = \'NAME\' AND run_id = \'7f0c2d9b\'"\n}\n'
        'output "found" { value = data.mlregistry_model_versions.d.versions[*].version }\n',
        lambda client, name: [found.version for found in client.search_model_versions(f"name = '{name}' AND run_id = '7f0c2d9b'")],
    ),
    "`search_registered_models(filter_string)`": (
        'data "mlregistry_registered_models" "d" {\n  filter = "name LIKE \'NAME%\'"\n}\n'
        'output "found" { value = data.mlregistry_registered_models.d.models[*].name }\n',
        lambda client, name: [found.name for found in client.search_registered_models(f"name LIKE '{name}%'")],
    ),
}


@pytest.fixture
def client(uri):  # noqa: F811
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


@pytest.fixture
def work(uri, tmp_path):  # noqa: F811
    return Workspace(tmp_path, uri)


def fresh():
    return f"row-{uuid.uuid4().hex[:12]}"


def apply(work, name, configuration, *arguments):
    (work.folder / "main.tf").write_text(REQUIRED + configuration.replace("NAME", name))
    work.run("apply", "-no-color", "-auto-approve", *arguments)
    work.run("plan", "-no-color", "-detailed-exitcode")  # exits with 2 unless it is empty


def said_of(uri, name):  # noqa: F811
    """What the registry says of a model and its versions, apart from times; models are called NAME."""
    everything = json.loads(dump(uri))
    mine = {
        "models": [one for one in everything["registered_models"] if one["name"] == name],
        "versions": [one for one in everything["model_versions"] if one["name"] == name],
    }
    for one in mine["models"]:
        one.pop("latest_versions", None)
    for one in mine["models"] + mine["versions"]:
        one.pop("creation_timestamp"), one.pop("last_updated_timestamp")
    return json.loads(json.dumps(mine, sort_keys=True).replace(name, "NAME"))


@pytest.mark.parametrize(
    ("row", "way"), [pytest.param(row, way, id=f"{row.cell[:45]}-{number}") for row in ROWS for number, way in enumerate(row.ways)]
)
def test_row(client, uri, work, row, way):  # noqa: F811
    script, declared = fresh(), fresh()
    if row.begun:
        row.begun(client, script)
    unchanged = said_of(uri, script)
    row.call(client, script)
    expected = said_of(uri, script)
    assert expected != unchanged, "the call changes nothing"
    if row.found:
        row.found(client, declared)
    for configuration in way:
        apply(work, declared, configuration)
    assert said_of(uri, declared) == expected


def test_versions_of_a_pipeline_are_adopted(client, uri, work):  # noqa: F811
    """The other way of create_model_version: the pipeline registers, and the configuration changes nothing of it."""
    name = fresh()
    begin(1)(client, name)
    before = said_of(uri, name)
    apply(work, name, adopted(1))
    assert said_of(uri, name) == before


def test_models_with_versions_and_undeleted_versions_are_kept(client, uri, work):  # noqa: F811
    """What the rows of the two deletions say of the defaults."""
    name = fresh()
    apply(work, name, model() + version(1, stage="Production"))
    client.create_model_version(name, "s3://models/2", await_creation_for=0)
    (work.folder / "main.tf").write_text(REQUIRED)
    work.run("apply", "-no-color", "-auto-approve", expect=1)
    assert client.get_model_version(name, "1").current_stage == "Archived"
    assert client.get_registered_model(name).name == name


def test_rename(client, uri, work):  # noqa: F811
    name = fresh()
    apply(work, name, model(description="Card fraud") + version(1, stage="Production"))
    expected = said_of(uri, name)
    client.rename_registered_model(name, f"{name}-new")
    work.run("state", "rm", "mlregistry_registered_model.m", "mlregistry_model_version.v1")
    imports = (
        'import {\n  to = mlregistry_registered_model.m\n  id = "NAME"\n}\nimport {\n  to = mlregistry_model_version.v1\n  id = "NAME/1"\n}\n'
    )
    apply(work, f"{name}-new", model(description="Card fraud") + version(1, stage="Production") + imports)
    assert said_of(uri, f"{name}-new") == expected
    assert said_of(uri, name) == {"models": [], "versions": []}


def test_latest_versions(client, uri, work):  # noqa: F811
    name = fresh()
    live(client, name)
    text = 'data "mlregistry_model_version" "d" {\n  model_name = "NAME"\n  stage = "Production"\n}\n'
    apply(work, name, text + 'output "found" { value = data.mlregistry_model_version.d.version }\n')
    assert read(work) == [found.version for found in client.get_latest_versions(name, ["Production"])][0] == "1"
    promote(client, name, 2, False)
    assert [found.version for found in client.get_latest_versions(name, ["Production"])] == ["2"]
    assert "has 2 holders" in refused(work)


def read(work):
    answer = work.run("output", "-json", "found")
    return json.loads(answer)


def refused(work):
    """Plans what cannot be planned, and returns what the CLI says."""
    done = subprocess.run([os.environ["CLI"], "plan", "-no-color"], cwd=work.folder, env=work.env, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout
    return done.stderr


@pytest.mark.parametrize("cell", READS)
def test_read(client, uri, work, cell):  # noqa: F811
    name = fresh()
    copied_from(client, name)
    begin(2)(client, name)
    client.create_model_version(name, "s3://models/3", run_id="7f0c2d9b", await_creation_for=0)
    client.set_registered_model_alias(name, "champion", "2")
    configuration, ask = READS[cell]
    apply(work, name, configuration)
    assert read(work) == ask(client, name)
    assert read(work), "nothing is found"


def test_no_row_was_forgotten(client):
    cells = re.findall(r"^\| (.*?) \|", GUIDE.read_text(), re.MULTILINE)
    assert cells[0] == "Call"
    known = {row.cell for row in ROWS} | {RENAME, LATEST} | set(READS)
    assert set(cells[1:]) == known
    for cell in known:
        for method in re.findall(r"`(\w+)[(`]", cell):
            assert method == "archive_existing_versions" or hasattr(client, method), method
