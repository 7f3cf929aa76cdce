"""Prepares an MLflow server for tests: a workspace, and a user who has no rights but those that docs/guides/permissions.md
asks for. Needs nothing outside Python's standard library.

Usage: mlflow_users.py URL ADMIN USER WORKSPACE
ADMIN and USER are NAME:PASSWORD, or empty on a server without users; WORKSPACE may be empty.
"""

import base64
import json
import sys
import urllib.request

url, admin, user, workspace = sys.argv[1:]
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(endpoint, body):
    request = urllib.request.Request(f"{url}/api/{endpoint}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    if admin:
        request.add_header("Authorization", "Basic " + base64.b64encode(admin.encode()).decode())
    try:
        with direct.open(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{endpoint} answered {error.code}: {error.read().decode()}")


if workspace:
    post("3.0/mlflow/workspaces", {"name": workspace})
if user:
    name, _, password = user.partition(":")
    post("2.0/mlflow/users/create", {"username": name, "password": password})
if user and workspace:
    # Whoever may USE a workspace may create models in it, and then manages them.
    role = post("3.0/mlflow/roles/create", {"name": "terraform", "workspace": workspace})["role"]["id"]
    post("3.0/mlflow/roles/permissions/add",
         {"role_id": role, "resource_type": "workspace", "resource_pattern": "*", "permission": "USE"})
    post("3.0/mlflow/roles/assign", {"username": name, "role_id": role})
