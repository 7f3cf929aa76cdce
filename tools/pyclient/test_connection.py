"""Asks MLflow's own client which credentials it sends, to which address and through which proxy.

The rows are internal/connect/testdata/python_sdk.json, which the provider's own tests follow as well
(internal/connect/python_sdk_test.go).
"""

import http.server
import json
import os
import pathlib
import threading

import pytest
from mlflow import MlflowClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = json.loads((ROOT / "internal/connect/testdata/python_sdk.json").read_text())
VARIABLES = ("MLFLOW_TRACKING", "MLFLOW_REGISTRY", "MLFLOW_HTTP")


class Server(http.server.ThreadingHTTPServer):
    """A registry that knows one model, a proxy at the same time, and notes the header Authorization."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"registered_model": {"name": "m"}}'
        self.server.got.append(self.headers.get("Authorization", ""))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_row(row, tmp_path, monkeypatch):
    server = Server()
    if "credentials" in row:
        (tmp_path / ".mlflow").mkdir()
        (tmp_path / ".mlflow" / "credentials").write_text(row["credentials"])
    address = row.get("address", server.url).replace("://", "://" + row.get("user", ""))
    env = {name: value.replace("PROXY", server.url) for name, value in row["env"].items()}
    env[row.get("variable", "MLFLOW_TRACKING_URI")] = address
    env |= {"HOME": str(tmp_path), "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    for name in list(os.environ):
        if name.startswith(VARIABLES) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    try:
        MlflowClient().get_registered_model("m")
    finally:
        server.shutdown()
        server.server_close()
    assert server.got == [row["authorization"]]
