"""Runs every method of MLflow's own client that is about the model registry against the embedded registry.

    make test-python

starts `terraform-provider-mlregistry serve` (PROVIDER names the program). With MLREGISTRY_TEST_URI the same tests run
against that server instead; on MLflow itself those of NOT_SERVED are left out.
"""

import inspect
import os
import subprocess
import time
import uuid

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.tracking._model_registry.client import ModelRegistryClient

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # stages are deprecated, and what we are about

# What MLflow keeps outside the registry's API: webhooks, and runs, traces and logged models.
NOT_SERVED = {
    "create_webhook": ("hook", "https://example.com/", ["registered_model.created"]),
    "delete_webhook": ("id",),
    "get_webhook": ("id",),
    "list_webhooks": (),
    "test_webhook": ("id",),
    "update_webhook": ("id", "hook"),
    "link_prompt_version_to_model": ("PROMPT", "1", "m-1"),
    "link_prompt_version_to_run": ("run", "prompts:/PROMPT/1"),
    "link_prompt_versions_to_trace": ([], "trace"),
}

called = set()


class Client(MlflowClient):
    """MLflow's client, which notes the methods that tests call."""

    def __getattribute__(self, name):
        if not name.startswith("_"):
            called.add(name)
        return super().__getattribute__(name)


@pytest.fixture(scope="session")
def uri(tmp_path_factory):
    if given := os.environ.get("MLREGISTRY_TEST_URI"):
        yield given
        return
    folder = tmp_path_factory.mktemp("serve")
    command = [os.environ["PROVIDER"], "serve", "--listen", "127.0.0.1:0", "--db", str(folder / "registry.db")]
    with (
        open(folder / "log", "w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        line = server.stdout.readline()
        assert " on http://127.0.0.1:" in line, (folder / "log").read_text()
        yield line.split()[-1]
        server.terminate()
        assert server.wait(20) == 0, "serve did not end in order"


@pytest.fixture(scope="session")
def client(uri):
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    mlflow.set_tracking_uri(uri)  # some methods look for runs at the one of the process
    return Client(tracking_uri=uri, registry_uri=uri)


@pytest.fixture
def name():
    return f"model {uuid.uuid4().hex}"


@pytest.fixture
def model(client, name):
    """The name of a model with three versions."""
    client.create_registered_model(name)
    for number in range(1, 4):
        client.create_model_version(name, f"s3://bucket/{number}")
    return name


def refused(code, call, *args, **keywords):
    with pytest.raises(MlflowException) as caught:
        call(*args, **keywords)
    assert caught.value.error_code == code
    return caught.value.message


def numbers(versions):
    return [int(version.version) for version in versions]


def test_create_and_get_registered_model(client, name):
    before = int(time.time() * 1000)
    made = client.create_registered_model(name, tags={"team": "risk", "n": 5, "none": None}, description="about it")
    assert (made.name, made.description) == (name, "about it")
    # The values of tags are text, whatever the client was given.
    assert made.tags == {"team": "risk", "n": "5", "none": "None"}
    assert before <= made.creation_timestamp == made.last_updated_timestamp <= int(time.time() * 1000)
    assert (made.latest_versions, made.aliases) == ([], {})
    assert dict(client.get_registered_model(name)) == dict(made)
    message = refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, name)
    assert message.endswith(f"Registered Model (name={name}) already exists.")
    refused("INVALID_PARAMETER_VALUE", client.create_registered_model, "a/b")
    refused("INVALID_PARAMETER_VALUE", client.create_registered_model, "")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, name + "x")


def test_update_registered_model(client, model):
    assert client.update_registered_model(model, "new").description == "new"
    assert client.update_registered_model(model, "").description == ""
    refused("RESOURCE_DOES_NOT_EXIST", client.update_registered_model, model + "x", "new")


def test_rename_registered_model(client, model):
    client.set_registered_model_alias(model, "champion", "2")
    client.set_model_version_tag(model, "2", "k", "v")
    client.rename_registered_model(model, model + " renamed")
    renamed = client.get_registered_model(model + " renamed")
    assert (renamed.name, renamed.aliases) == (model + " renamed", {"champion": "2"})
    assert client.get_model_version(model + " renamed", "2").tags == {"k": "v"}
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, model)
    client.create_registered_model(model)
    refused("RESOURCE_ALREADY_EXISTS", client.rename_registered_model, model, model + " renamed")
    refused("INVALID_PARAMETER_VALUE", client.rename_registered_model, model, "a:b")


def test_delete_registered_model(client, model):
    client.delete_registered_model(model)
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, model)
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_registered_model, model)
    assert client.search_model_versions(f"name = '{model}'") == []


def test_search_registered_models_in_pages(client, name):
    wanted = [f"{name} {i:02}" for i in range(25)]
    for each in wanted:
        client.create_registered_model(each, tags={"even": str(int(each[-1]) % 2 == 0)})
    found, token, pages = [], None, 0
    while pages == 0 or token:
        page = client.search_registered_models(f"name LIKE '{name}%'", max_results=10, page_token=token)
        found, token, pages = found + [one.name for one in page], page.token, pages + 1
    assert (found, pages) == (wanted, 3)
    page = client.search_registered_models(f"name ILIKE '{name.upper()}%'", 3, ["name DESC"])
    assert [one.name for one in page] == wanted[:-4:-1]
    assert len(client.search_registered_models(f"name LIKE '{name}%' AND tags.even = 'True'")) == 13
    assert len(client.search_registered_models(f"name = '{wanted[0]}'")) == 1
    refused("INVALID_PARAMETER_VALUE", client.search_registered_models, "name ~ 'a'")
    refused("INVALID_PARAMETER_VALUE", client.search_registered_models, "", 1001)
    refused("INVALID_PARAMETER_VALUE", client.search_registered_models, "", 10, ["nothing"])
    refused("INVALID_PARAMETER_VALUE", client.search_registered_models, "", 10, None, "no token")


def test_tags_of_registered_models(client, model):
    for value in ("text", "", 5, 1.5, True, None, ["a"], {"a": 1}, "ünï 日本", "x" * 5000):
        client.set_registered_model_tag(model, "key", value)
        assert client.get_registered_model(model).tags == {"key": str(value)}
    client.delete_registered_model_tag(model, "key")
    client.delete_registered_model_tag(model, "key")
    assert client.get_registered_model(model).tags == {}
    refused("INVALID_PARAMETER_VALUE", client.set_registered_model_tag, model, "a;b", "v")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_registered_model_tag, model + "x", "key")


def test_create_and_get_model_version(client, name):
    client.create_registered_model(name)
    made = client.create_model_version(
        name, "s3://bucket/model", run_id="r1", tags={"n": 5, "t": True}, run_link="https://example.com/", description="d"
    )
    assert (made.name, made.source, made.run_id, made.run_link) == (name, "s3://bucket/model", "r1", "https://example.com/")
    assert (int(made.version), made.current_stage, made.status, made.description) == (1, "None", "READY", "d")
    assert made.tags == {"n": "5", "t": "True"}
    assert dict(client.get_model_version(name, "1")) == dict(made)
    assert int(client.create_model_version(name, "s3://bucket/model").version) == 2
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, name, "3")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version, name, "x")
    refused("RESOURCE_DOES_NOT_EXIST", client.create_model_version, name + "x", "s3://bucket/model")
    refused("INVALID_PARAMETER_VALUE", client.create_model_version, name, "http://example.com/model")


def test_update_and_delete_model_version(client, model):
    assert client.update_model_version(model, "1", "new").description == "new"
    client.set_registered_model_alias(model, "champion", "3")
    client.delete_model_version(model, "3")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, model, "3")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_model_version, model, "3")
    refused("RESOURCE_DOES_NOT_EXIST", client.update_model_version, model, "3", "x")
    assert client.get_registered_model(model).aliases == {}
    # A number is never given twice.
    assert int(client.create_model_version(model, "s3://bucket/model").version) == 4


def test_get_model_version_download_uri(client, model):
    assert client.get_model_version_download_uri(model, "2") == "s3://bucket/2"
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version_download_uri, model, "9")


def test_search_model_versions_in_pages(client, model):
    for number in range(4, 26):
        client.create_model_version(model, f"s3://bucket/{number}", run_id="r" if number % 2 else None, tags={"n": number})
    mine = f"name = '{model}'"
    found, token, pages = [], None, 0
    while pages == 0 or token:
        page = client.search_model_versions(mine, 10, ["version_number ASC"], token)
        found, token, pages = found + numbers(page), page.token, pages + 1
    assert (found, pages) == (list(range(1, 26)), 3)
    assert numbers(client.search_model_versions(f"{mine} AND run_id = 'r' AND version_number > 20")) == [25, 23, 21]
    assert numbers(client.search_model_versions(f"{mine} AND tags.n = '7'")) == [7]
    assert numbers(client.search_model_versions(f"{mine} AND run_id IN ('r') AND version_number <= 5")) == [5]
    assert numbers(client.search_model_versions(f"{mine} AND source_path = 's3://bucket/2'")) == [2]
    refused("INVALID_PARAMETER_VALUE", client.search_model_versions, "version_number LIKE '1'")
    refused("INVALID_PARAMETER_VALUE", client.search_model_versions, mine, 0)


def test_stage_transitions(client, model):
    moved = client.transition_model_version_stage(model, "1", "production")
    assert moved.current_stage == "Production"
    moved = client.transition_model_version_stage(model, "2", "Production", archive_existing_versions=True)
    assert moved.current_stage == "Production"
    assert client.get_model_version(model, "1").current_stage == "Archived"
    client.transition_model_version_stage(model, "3", "Staging")
    latest = {version.current_stage: int(version.version) for version in client.get_latest_versions(model)}
    assert latest == {"Archived": 1, "Production": 2, "Staging": 3}
    assert numbers(client.get_latest_versions(model, ["Production"])) == [2]
    assert numbers(client.get_latest_versions(model, ["None"])) == []
    assert client.get_model_version_stages(model, "1") == ["None", "Staging", "Production", "Archived"]
    refused("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, model, "1", "Live")
    refused("RESOURCE_DOES_NOT_EXIST", client.transition_model_version_stage, model, "9", "Staging")
    refused("INVALID_PARAMETER_VALUE", client.get_latest_versions, model, ["Live"])


def test_tags_of_model_versions(client, model):
    for value in ("text", "", 5, 1.5, True, None, ["a"], {"a": 1}, "ünï 日本"):
        client.set_model_version_tag(model, "1", "key", value)
        assert client.get_model_version(model, "1").tags == {"key": str(value)}
    client.delete_model_version_tag(model, "1", "key")
    assert client.get_model_version(model, "1").tags == {}
    client.transition_model_version_stage(model, "2", "Production")
    client.set_model_version_tag(model, key="live", value="yes", stage="Production")
    assert client.get_model_version(model, "2").tags == {"live": "yes"}
    client.delete_model_version_tag(model, key="live", stage="Production")
    assert client.get_model_version(model, "2").tags == {}
    refused("RESOURCE_DOES_NOT_EXIST", client.set_model_version_tag, model, "9", "key", "v")


def test_aliases(client, model):
    client.set_registered_model_alias(model, "champion", "1")
    client.set_registered_model_alias(model, "champion", "2")
    client.set_registered_model_alias(model, "challenger", 2)
    assert int(client.get_model_version_by_alias(model, "champion").version) == 2
    assert sorted(client.get_model_version(model, "2").aliases) == ["challenger", "champion"]
    assert client.get_registered_model(model).aliases == {"champion": "2", "challenger": "2"}
    client.delete_registered_model_alias(model, "champion")
    client.delete_registered_model_alias(model, "champion")
    message = refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, model, "champion")
    assert message.endswith("Registered model alias champion not found.")
    refused("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, model, "v1", "1")
    refused("RESOURCE_DOES_NOT_EXIST", client.set_registered_model_alias, model, "a", "9")


def test_copy_model_version(client, model, name):
    client.set_registered_model_alias(model, "champion", "2")
    copied = client.copy_model_version(f"models:/{model}@champion", name + " copy")
    assert (copied.name, int(copied.version), copied.source) == (name + " copy", 1, f"models:/{model}/2")
    assert client.get_model_version_download_uri(name + " copy", "1") == "s3://bucket/2"
    assert int(client.copy_model_version(f"models:/{model}/1", name + " copy").version) == 2
    with pytest.raises(MlflowException, match="Unsupported source model URI"):
        client.copy_model_version("s3://bucket/1", name + " copy")
    with pytest.raises(MlflowException, match=r"version=9\) not found"):
        client.copy_model_version(f"models:/{model}/9", name + " copy")


@pytest.fixture
def prompt(client):
    """The name of a prompt with two versions."""
    name = f"prompt-{uuid.uuid4().hex}"
    client.create_prompt(name, description="greets", tags={"team": "chat"})
    client.create_prompt_version(name, "Hello {{name}}", description="first", tags={"n": "1"})
    client.register_prompt(name, "Dear {{name}}", commit_message="second")
    return name


def test_prompts(client, prompt):
    got = client.get_prompt(prompt)
    assert (got.name, got.description, got.tags["team"]) == (prompt, "greets", "chat")
    client.set_prompt_tag(prompt, "k", "v")
    assert client.get_prompt(prompt).tags["k"] == "v"
    client.delete_prompt_tag(prompt, "k")
    assert "k" not in client.get_prompt(prompt).tags
    assert prompt in [one.name for one in client.search_prompts(f"name = '{prompt}'")]
    # Prompts are no models, and the other way about.
    assert client.search_registered_models(f"name = '{prompt}'") == []
    refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, prompt)
    refused("RESOURCE_ALREADY_EXISTS", client.create_prompt, prompt)


def test_prompt_versions(client, prompt):
    first = client.get_prompt_version(prompt, 1)
    assert (first.template, first.commit_message, first.tags) == ("Hello {{name}}", "first", {"n": "1"})
    assert client.load_prompt(prompt, 2).template == "Dear {{name}}"
    client.set_prompt_version_tag(prompt, 1, "k", "v")
    assert client.get_prompt_version(prompt, 1).tags == {"n": "1", "k": "v"}
    client.delete_prompt_version_tag(prompt, 1, "k")
    assert client.get_prompt_version(prompt, 1).tags == {"n": "1"}
    client.set_prompt_alias(prompt, "live", 1)
    assert client.get_prompt_version_by_alias(prompt, "live").version == 1
    client.delete_prompt_alias(prompt, "live")
    refused("INVALID_PARAMETER_VALUE", client.get_prompt_version_by_alias, prompt, "live")
    assert sorted(one.version for one in client.search_prompt_versions(prompt)) == [1, 2]


def test_prompts_of_runs(client, prompt):
    assert client.list_logged_prompts("no such run") == []
    with pytest.raises(MlflowException, match="is not associated with prompt"):
        client.detach_prompt_from_run("no such run", f"prompts:/{prompt}/1")


def test_delete_prompts(client, prompt):
    client.delete_prompt_version(prompt, "1")
    client.delete_prompt_version(prompt, "2")
    client.delete_prompt(prompt)
    assert client.get_prompt(prompt) is None


@pytest.mark.skipif("MLREGISTRY_TEST_URI" in os.environ, reason="MLflow serves these")
@pytest.mark.parametrize("method", NOT_SERVED)
def test_what_is_not_served_is_refused_as_an_unknown_endpoint(client, prompt, method):
    arguments = [each.replace("PROMPT", prompt) if isinstance(each, str) else each for each in NOT_SERVED[method]]
    with pytest.raises(MlflowException, match="404"):
        getattr(client, method)(*arguments)


def test_no_method_was_forgotten(client, request):
    if request.config.option.keyword or request.config.option.deselect or any("::" in each for each in request.config.args):
        pytest.skip("only part of the tests was run")

    def public(of):
        return {each for each, _ in inspect.getmembers(of, inspect.isfunction) if not each.startswith("_")}

    # The client's methods that have a counterpart in the registry's client, and those made of them.
    registry = public(ModelRegistryClient) & public(MlflowClient)
    registry |= {each for each in public(MlflowClient) if "prompt" in each} - {"parse_prompt_uri"}
    assert len(registry) > 40
    expected = registry - (set(NOT_SERVED) if "MLREGISTRY_TEST_URI" in os.environ else set())
    assert expected - called == set()
    assert set(NOT_SERVED) <= registry
