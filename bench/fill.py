"""Fills MLflow's own tables by SQL: through the API it would be 60 ms a write. For benchmarks only.

Usage: fill.py SIZE..., with POSTGRES_URI set: models one-SIZE with SIZE versions, and model-0001 to model-1000 with ten
versions and an alias each. Version 1 of each model is in Production.
"""

import os
import sys
import time

import sqlalchemy

MODEL = """
insert into registered_models (workspace, name, creation_time, last_updated_time)
select 'default', name, :now, :now from unnest(cast(:names as text[])) name
"""
VERSIONS = """
insert into model_versions (workspace, name, version, creation_time, last_updated_time, current_stage, source, run_id, status)
select 'default', name, number, :now, :now, case number when 1 then 'Production' else 'None' end,
       's3://models/' || name || '/' || number, md5(name || number), 'READY'
from unnest(cast(:names as text[])) name, generate_series(1, :size) number
"""
ALIASES = """
insert into registered_model_aliases (workspace, name, alias, version)
select 'default', name, 'champion', 1 from unnest(cast(:names as text[])) name
"""


def main() -> None:
    engine = sqlalchemy.create_engine(os.environ["POSTGRES_URI"])
    many = [f"model-{number:04}" for number in range(1, 1001)]
    with engine.begin() as connection:
        for names, size in [([f"one-{size}"], int(size)) for size in sys.argv[1:]] + [(many, 10)]:
            values = {"names": names, "size": size, "now": int(time.time() * 1000)}
            for statement in (MODEL, VERSIONS, ALIASES):
                connection.execute(sqlalchemy.text(statement), values)
        connection.execute(sqlalchemy.text(MODEL), {"names": ["born"], "now": int(time.time() * 1000)})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text("vacuum analyze"))


main()
