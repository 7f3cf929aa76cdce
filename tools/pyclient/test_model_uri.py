"""Asks MLflow how it takes models:/ addresses apart.

The rows are internal/registry/testdata/model_uris.json, which the provider's own test follows as well
(internal/registry/model_uri_test.go).
"""

import json
import pathlib

import pytest
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.utils.models import _parse_model_uri

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = json.loads((ROOT / "internal/registry/testdata/model_uris.json").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["uri"])
def test_mlflow_reads_the_address_so(row):
    try:
        parsed = {key: value for key, value in _parse_model_uri(row["uri"])._asdict().items() if value is not None}
    except MlflowException:
        parsed = None
    assert parsed == row["mlflow"]
