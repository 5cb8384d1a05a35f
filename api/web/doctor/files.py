"""Files that hold secrets or everybody's data, and who else may read them."""

import stat
from collections.abc import Iterator
from pathlib import Path

from core.settings import env_file, get_settings
from web.doctor.finding import Finding, fine, warning

CHECK = "files"
HELD_SECRET = ("env.sh", "secrets", "rabbitmq")  # below var/


def look() -> Iterator[Finding]:
    open_ones = [path for path in _private() if path.exists() and readable_by_others(path)]
    for path in open_ones:
        yield warning(
            CHECK,
            f"Others on this machine can read {path}.",
            why="It holds secrets, or what jobs were given and answered.",
            advice=f"Run `chmod -R go= {path}`.",
        )
    if not open_ones:
        yield fine(CHECK, "Files with secrets and data are closed to others.")


def _private() -> Iterator[Path]:
    settings = get_settings()
    if name := env_file():
        yield Path(name)
    yield from (settings.var_dir / name for name in HELD_SECRET)
    if settings.database_url.startswith("sqlite:///"):
        yield Path(settings.database_url.removeprefix("sqlite:///"))


def readable_by_others(path: Path) -> bool:
    """Only if they can also come that far: a closed directory above closes everything below."""
    above = [path, *path.resolve().parents]
    need = [stat.S_IROTH, *([stat.S_IXOTH] * (len(above) - 1))]
    return all(one.stat().st_mode & bit for one, bit in zip(above, need, strict=True))
