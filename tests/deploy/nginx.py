"""The nginx of deploy/nginx, with the lines marked "yours" filled in and a certificate of its own."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.settings import ROOT
from launch.setup.system import NGINX
from tests.processes import Process

SITE = ROOT / "deploy" / "nginx" / "slipway.conf"
PROXY_MODE_LINE = 'auth_basic "Slipway"; auth_basic_user_file /etc/nginx/slipway.htpasswd;'
TEMPORARY = "\n".join(
    f"    {kind}_temp_path tmp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
# Started by root, its worker would be another user, who cannot read a test's directory.
USER = "user root;" if os.geteuid() == 0 else ""
WHOLE = f"""daemon off;
{USER}
worker_processes 1;
error_log stderr warn;
pid nginx.pid;
events {{ worker_connections 128; }}
http {{
    access_log off;
{TEMPORARY}
    include slipway.conf;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Ports:
    http: int
    https: int
    web: int
    flower: int


def make_certificate(directory: Path) -> None:
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", names, "-keyout", str(directory / "key.pem"), "-out", str(directory / "fullchain.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)


def site(directory: Path, ports: Ports, *, asks_for_password: bool) -> str:
    """The file as it is in deploy/, with nothing changed but what its reader is told to change."""
    changes = {
        r"127\.0\.0\.1:8000": f"127.0.0.1:{ports.web}",
        r"127\.0\.0\.1:5555": f"127.0.0.1:{ports.flower}",
        r"listen 80;": f"listen 127.0.0.1:{ports.http};",
        r"listen 443 ssl": f"listen 127.0.0.1:{ports.https} ssl",
        r"slipway\.example\.com": "localhost",
        r"/etc/ssl/slipway/": f"{directory}/",
        r"/etc/nginx/slipway-flower-login\.conf": f"{directory}/slipway-flower-login.conf",
    }
    text = SITE.read_text()
    for yours, ours in changes.items():
        text, found = re.subn(yours, ours, text)
        assert found, f"{yours} is not in {SITE.name} any more"
    return with_passwords(text, directory) if asks_for_password else text


def with_passwords(text: str, directory: Path) -> str:
    assert f"#   {PROXY_MODE_LINE}" in text
    line = PROXY_MODE_LINE.replace("/etc/nginx", str(directory))
    return text.replace(f"#   {PROXY_MODE_LINE}", line)


def start_nginx(
    directory: Path, ports: Ports, flower_login: str, *, passwords: dict[str, str] | None = None
) -> Process:
    directory.mkdir()
    (directory / "tmp").mkdir()
    make_certificate(directory)
    (directory / "slipway-flower-login.conf").write_text(flower_login)
    lines = [f"{name}:{{PLAIN}}{password}\n" for name, password in (passwords or {}).items()]
    (directory / "slipway.htpasswd").write_text("".join(lines))
    (directory / "slipway.conf").write_text(site(directory, ports, asks_for_password=passwords is not None))
    (directory / "nginx.conf").write_text(WHOLE)
    return Process([program(), "-p", str(directory), "-c", "nginx.conf"], log=directory / "output")


def program() -> str:
    found = next(filter(None, map(shutil.which, NGINX.places)), None)
    assert found, "no nginx: `make test` installs it"
    return found
