"""Our tasks as Celery registers them."""

import os
import subprocess

from core.settings import ROOT
from tests.processes import API, BIN

CODE = """
from jobs.handlers import Handler
from tests.secretive import LOGIN
from worker.job_task import task_of
print(task_of(Handler(contract=LOGIN, run=lambda job, payload: None, retry={})).resultrepr_maxsize)
"""


def test_celery_writes_no_result_with_secrets_to_its_log_or_its_events(sqlite_database: str) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{API}"}

    done = subprocess.run(
        [str(BIN / "python"), "-c", CODE], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.strip() == "0", done.stderr
