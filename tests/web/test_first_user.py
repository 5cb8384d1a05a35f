"""The first user: made once, and the password told to nobody who should not know it."""

import stat
from pathlib import Path

import pytest

from core.settings import get_settings
from tests.web.entry import local_client
from web.app import create_app
from web.auth.bootstrap import bootstrap
from web.auth.passwords import UnfitPassword

pytestmark = pytest.mark.usefixtures("sqlite_database")


def test_a_bare_start_leaves_the_password_in_a_private_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with local_client(create_app()) as client:
        file = tmp_path / "initial-admin-password"
        password = file.read_text().strip()
        answer = client.post("/api/auth/login", json={"username": "admin", "password": password})
    assert answer.status_code == 200
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = capfd.readouterr()
    assert password not in said.out + said.err
    assert str(file) in said.err


def test_a_second_start_makes_nobody(tmp_path: Path):
    with local_client(create_app()):
        pass
    (tmp_path / "initial-admin-password").unlink()
    with local_client(create_app()):
        pass
    assert not (tmp_path / "initial-admin-password").exists()
    assert bootstrap() is None


def test_a_password_that_was_given_is_used_and_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "given by the operator")
    get_settings.cache_clear()
    with local_client(create_app()) as client:
        body = {"username": "admin", "password": "given by the operator"}
        assert client.post("/api/auth/login", json=body).status_code == 200
    assert not (tmp_path / "initial-admin-password").exists()


def test_a_given_password_must_be_fit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "short")
    get_settings.cache_clear()
    with pytest.raises(UnfitPassword):
        bootstrap()
