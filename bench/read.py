"""Reads what a plan reads, with MLflow's own client, and does nothing else: the script that somebody would write.

Usage: read.py versions MODEL FIRST LAST | pointers COUNT | aliases COUNT, with MLFLOW_TRACKING_URI set.
"""

import sys

from mlflow import MlflowClient


def main() -> None:
    client = MlflowClient()
    what, *arguments = sys.argv[1:]
    if what == "versions":
        model, first, last = arguments[0], int(arguments[1]), int(arguments[2])
        for number in range(first, last + 1):
            assert int(client.get_model_version(model, str(number)).version) == number
        return
    for number in range(1, int(arguments[0]) + 1):
        name = f"model-{number:04}"
        if what == "pointers":
            assert any(version.current_stage == "Production" for version in client.search_model_versions(f"name='{name}'"))
        else:
            assert int(client.get_registered_model(name).aliases["champion"]) == 1


main()
