"""The guide, followed to the letter in a copy of the tree, with a real worker."""

import re
import subprocess
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.conftest import StartWorker
from tests.processes import BIN
from tests.trees import append, copy_of_the_application

pytestmark = pytest.mark.integration

GUIDE = ROOT / "docs" / "adding-a-task.md"
BLOCK = re.compile(r"```python (file|append)=(\S+)\n(.*?)```", re.DOTALL)
TRY = "from worker.tasks import count_words; print(count_words.delay('to be or not to be').get(timeout=30))"


def follow(guide: str, tree: Path) -> None:
    for _verb, path, code in BLOCK.findall(guide):
        append(tree, path, code)
    append(tree, "api/workloads/words/__init__.py", "")


def test_the_task_of_the_guide_runs(
    tmp_path: Path, sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    tree = copy_of_the_application(tmp_path)
    follow(GUIDE.read_text(), tree)

    start_worker("-c", "1", tree=tree)
    done = subprocess.run(
        [str(BIN / "python"), "-c", TRY], cwd=tree / "api", capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.strip() == "{'words': 6}"
