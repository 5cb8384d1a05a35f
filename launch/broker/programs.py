"""Where RabbitMQ's programs are."""

import shutil
from pathlib import Path

# Debian's `rabbitmq-server` on the PATH is a wrapper that changes to the system user and its
# directories; the program behind it does what it is told. Homebrew keeps its own out of some PATHs.
SERVERS = (
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/opt/homebrew/sbin/rabbitmq-server"),
    Path("/usr/local/sbin/rabbitmq-server"),
)


def server() -> str | None:
    known = next((str(path) for path in SERVERS if path.exists()), None)
    return known or shutil.which("rabbitmq-server")


def epmd() -> str | None:
    return shutil.which("epmd")
