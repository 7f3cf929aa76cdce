"""Makes MLflow's tables in a PostgreSQL database and waits until its replica shows them: a server with a replica reads from it
from its start on, and fails if it finds none.

Usage: mlflow_replica.py PRIMARY REPLICA ARTIFACTS
"""

import sys
import time

import sqlalchemy
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

primary, replica, artifacts = sys.argv[1:]
SqlAlchemyStore(primary, artifacts)


def answer(uri, question):
    engine = sqlalchemy.create_engine(uri)
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text(question)).scalar()


written = answer(primary, "SELECT pg_current_wal_lsn()")
deadline = time.monotonic() + 60
while not answer(replica, f"SELECT pg_last_wal_replay_lsn() >= '{written}'"):
    if time.monotonic() > deadline:
        sys.exit(f"the replica has not shown within 60 seconds what the primary wrote up to {written}")
    time.sleep(0.05)
