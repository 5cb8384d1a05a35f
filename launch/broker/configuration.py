"""The files and the environment that a private node reads, instead of the machine's own."""

import os
from collections.abc import Mapping
from pathlib import Path

from launch.broker.identity import Identity
from launch.ports import LOOPBACK
from launch.private_files import write_private

# Small enough for a laptop. The write-ahead log is also kept in memory: its default is 512 MB.
FRUGAL = {
    "disk_free_limit.absolute": "64MB",
    "raft.wal_max_size_bytes": "67108864",
    "log.file.rotation.size": "10485760",
    "log.file.rotation.count": "5",
}

# Two schedulers do for one machine, and none spins while it waits: the workers beside it want the processor. The
# management plugin sits through a 5 s wait of its own at each stop; by then the queues have long been closed, so the
# node may cut it short.
ERLANG_ARGUMENTS = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -shutdown_time 1500"
LOOPBACK_DISTRIBUTION = "-kernel inet_dist_use_interface {127,0,0,1}"


class Layout:
    """Everything a node owns, in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.identity = directory / "identity.json"
        self.processes = directory / "processes.json"
        self.home = directory / "home"
        self.cookie = self.home / ".erlang.cookie"
        self.data = directory / "data"
        self.installation = directory / "installation"
        self.log = directory / "log"
        self.config = directory / "rabbitmq.conf"
        self.plugins = directory / "enabled_plugins"
        self.output = self.log / "output.log"


def settings(identity: Identity) -> dict[str, str]:
    return {
        "listeners.tcp.1": f"{LOOPBACK}:{identity.amqp_port}",
        "management.tcp.ip": LOOPBACK,
        "management.tcp.port": str(identity.management_port),
        # Naming a default user is what keeps RabbitMQ from making `guest`.
        "default_user": identity.user,
        "default_pass": identity.password,
        **FRUGAL,
    }


def write_files(layout: Layout, identity: Identity, extra: Mapping[str, str]) -> None:
    for folder in (layout.home, layout.data, layout.log):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = (f"{name} = {value}\n" for name, value in {**settings(identity), **extra}.items())
    write_private(layout.config, "".join(lines))
    write_private(layout.plugins, "[rabbitmq_management].\n")
    write_private(layout.cookie, identity.cookie)
    layout.cookie.chmod(0o400)  # Erlang refuses a cookie that it could write


def environment(layout: Layout, identity: Identity) -> dict[str, str]:
    """Built from nothing, so that no RABBITMQ_* of the machine or the person leaks in."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(layout.home),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_EPMD_PORT": str(identity.epmd_port),
        # For each Erlang the scripts start, the short-lived ones too: none may start an epmd that outlives us.
        "ERL_FLAGS": f"-start_epmd false {LOOPBACK_DISTRIBUTION}",
        "RABBITMQ_NODENAME": identity.node,
        "RABBITMQ_DIST_PORT": str(identity.distribution_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
        **locations(layout),
    }


def locations(layout: Layout) -> dict[str, str]:
    nowhere = layout.directory / "none"
    return {
        "RABBITMQ_CONF_ENV_FILE": str(nowhere),
        "RABBITMQ_CONFIG_FILE": str(layout.config),
        "RABBITMQ_CONFIG_FILES": str(nowhere / "*.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(layout.plugins),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(layout.data / "config"),
        "RABBITMQ_LOG_BASE": str(layout.log),
        "RABBITMQ_LOGS": str(layout.log / "rabbitmq.log"),
        "RABBITMQ_MNESIA_BASE": str(layout.data),
        "RABBITMQ_MNESIA_DIR": str(layout.data / "node"),
    }
