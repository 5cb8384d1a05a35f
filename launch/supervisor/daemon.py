"""supervisord's own process."""

import subprocess
from collections.abc import Mapping

import psutil

from launch.paths import LOGS, ROOT, SUPERVISOR, VENV_BIN
from launch.private_files import write_private


def start(configuration: str, environment: Mapping[str, str]) -> psutil.Popen:
    file = SUPERVISOR / "supervisord.conf"
    write_private(file, configuration)
    LOGS.mkdir(parents=True, exist_ok=True, mode=0o700)
    return psutil.Popen(
        [VENV_BIN / "supervisord", "-c", file],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to handle: we stop the rest in order
    )
