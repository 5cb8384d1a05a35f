"""A private PostgreSQL 15 cluster on loopback, for as long as the tests run."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from tests.ports import free_port

RUNUSER = ["runuser", "-u", "postgres", "--"]  # PostgreSQL refuses to run as root

# Nothing here outlives the tests. Without statistics, plans do not depend on what ran before.
FORGETFUL = " -c fsync=off -c autovacuum=off"


def find_postgres() -> Path:
    """The directory of initdb and pg_ctl. Raises RuntimeError that says what to install."""
    for version in ("17", "16", "15"):
        path = Path(f"/usr/lib/postgresql/{version}/bin")
        if (path / "initdb").exists():
            return path
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql-15")
    return Path(found).parent


class PrivatePostgres:
    def __init__(self, binaries: Path, directory: Path, *, fsync: bool = False) -> None:
        self._binaries = binaries
        self._durable = fsync
        self._directory = directory
        self.port = free_port()
        self._password = secrets.token_hex(16)
        self._databases = 0

    def _run(self, *command: str) -> None:
        as_user = RUNUSER if os.getuid() == 0 else []
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd="/")

    def _data(self) -> str:
        return str(self._directory / "data")

    def start(self) -> None:
        password_file = self._directory / "password"
        password_file.write_text(self._password)
        self._hand_over()
        self._run(
            str(self._binaries / "initdb"), "-D", self._data(), "-U", "slipway", "-A", "scram-sha-256",
            f"--pwfile={password_file}", "--no-sync", "-E", "UTF8",
        )  # fmt: skip
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        options += "" if self._durable else FORGETFUL
        self._run(
            str(self._binaries / "pg_ctl"), "-D", self._data(), "-w", "-o", options,
            "-l", str(self._directory / "log"), "start",
        )  # fmt: skip

    def _hand_over(self) -> None:
        """The server's user must be able to reach its directory, and only that."""
        if os.getuid() != 0:
            return
        shutil.chown(self._directory, "postgres")
        shutil.chown(self._directory / "password", "postgres")
        self._open_the_way()

    def _open_the_way(self) -> None:
        """Whenever it is needed: another pytest that starts meanwhile shuts the folder that all of them share."""
        if os.getuid() == 0:
            for parent in self._directory.parents[:3]:
                parent.chmod(parent.stat().st_mode | 0o011)

    def stop(self) -> None:
        self._open_the_way()
        self._run(str(self._binaries / "pg_ctl"), "-D", self._data(), "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://slipway:{self._password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str | None = None, *, template: str = "template1") -> str:
        """Answers the URL of a copy of `template`, to which nobody may be connected."""
        self._databases += 1
        name = name or f"test_{self._databases}"
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "slipway"]
        subprocess.run(
            [str(self._binaries / "createdb"), *address, "-T", template, name],
            check=True,
            capture_output=True,
            env={**os.environ, "PGPASSWORD": self._password},
        )
        return self.url(name)
