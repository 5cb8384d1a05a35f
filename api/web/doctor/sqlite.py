"""SQLite: one file, which must lie on a disk of this machine."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from web.doctor.finding import Finding, error, fine, warning

CHECK = "database"
OLDEST = (3, 35)  # RETURNING
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "vboxsf"})
LITTLE, LOW = 100_000_000, 1_000_000_000  # bytes free
LARGE_LOG = 500_000_000  # bytes


def look(session: Session, path: str) -> Iterator[Finding]:
    mode = str(session.scalar(text("PRAGMA journal_mode")))
    yield fine(CHECK, f"SQLite {sqlite3.sqlite_version}, journal mode {mode}.")
    if mode != "wal":
        yield error(
            CHECK,
            f"SQLite's journal mode is {mode}, not WAL.",
            why="Every write keeps all readers out, and every reader the writers.",
            advice="See that the file and its directory can be written, and that it lies on a disk of this machine.",
        )
    if sqlite3.sqlite_version_info < OLDEST:
        yield error(
            CHECK, "SQLite is too old.", why="Claims need RETURNING.", advice="Use 3.35 or newer, or PostgreSQL."
        )
    file = Path(path)
    if file.exists():
        yield from of_file_system(file_system(file))
        yield of_free_space(shutil.disk_usage(file.parent).free)
        yield from _write_ahead_log(file)


def of_file_system(kind: str | None) -> Iterator[Finding]:
    if kind in NETWORK:
        yield error(
            CHECK,
            f"The SQLite file lies on a network disk ({kind}).",
            why="Its locks do not hold there: two processes can write at once and damage it.",
            advice="Move it to a local disk (SLIPWAY_VAR_DIR, DATABASE_URL), or use PostgreSQL.",
        )


def file_system(file: Path) -> str | None:
    """Of the longest mount point above the file; None where the system does not tell."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return None
    real = os.path.realpath(file)
    above = [(len(point), kind) for point, kind in mounts if os.path.commonpath([real, point]) == point]
    return max(above)[1] if above else None


def of_free_space(free: int) -> Finding:
    told = f"{free / 1e9:.1f} GB are free on the database's disk."
    if free >= LOW:
        return fine("disk", told)
    why, advice = "When it is full, no job is taken and none ends.", "Make room, or move the database."
    make = error if free < LITTLE else warning
    return make("disk", told, why=why, advice=advice)


def _write_ahead_log(file: Path) -> Iterator[Finding]:
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        yield warning(
            CHECK,
            f"SQLite's write-ahead log has {log.stat().st_size / 1e6:.0f} MB.",
            why="Somebody reads without end, so that it cannot be written back; reads become slow.",
            advice="Look for a backup or a shell that holds a transaction open.",
        )
