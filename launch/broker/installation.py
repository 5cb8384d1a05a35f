"""RabbitMQ as this machine has it, without the plugins that a private node has no use for.

Erlang looks for each of seven hundred modules in one folder after the other, and the folders of all plugins that are
installed come first: without them, a start computes a quarter less.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

PLUGIN = "rabbitmq_"  # so each of them is called; what RabbitMQ itself stands on is not, but for its prelaunch
USED = ("rabbitmq_management", "rabbitmq_prelaunch", "rabbitmq_web_dispatch")


def lean(server: Path, directory: Path) -> Path:
    """Fills `directory` with links; answers the server there. Where RabbitMQ is laid out otherwise, it stays `server`.

    The script takes for its home whatever folder it is started in.
    """
    home = server.resolve().parents[1]
    if not (home / "plugins").is_dir() or not (home / "sbin" / server.name).exists():
        return server
    if directory.exists():
        shutil.rmtree(directory)  # it may be another version than at the last start
    (directory / "plugins").mkdir(parents=True)
    for part in (*parts(home), *plugins(home)):
        (directory / part.relative_to(home)).symlink_to(part)
    return directory / "sbin" / server.name


def parts(home: Path) -> Iterator[Path]:
    return (part for part in home.iterdir() if part.is_dir() and part.name != "plugins")


def plugins(home: Path) -> Iterator[Path]:
    every = (home / "plugins").iterdir()
    return (one for one in every if not one.name.startswith(PLUGIN) or one.name.startswith(USED))
