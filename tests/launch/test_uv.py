import importlib.util
import os
import shutil
import sys

import pytest

from launch.console import Stop
from launch.setup import python, system


@pytest.fixture
def ran(tmp_path, monkeypatch) -> list[list[str]]:
    """A Debian machine with apt and root but no pip, on which nothing is really run."""
    commands: list[list[str]] = []
    for module in (python, system):
        monkeypatch.setattr(module, "run", lambda command, **_: commands.append([str(part) for part in command]))
    monkeypatch.setattr(system, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return commands


def test_a_missing_pip_is_installed_with_apt_after_saying_so(ran, capsys):
    python.fetch_uv()
    update, install, fetch = ran
    assert update == ["apt-get", "update"]
    assert install[:2] + install[-1:] == ["apt-get", "install", "python3-pip"]
    assert fetch[:4] == [sys.executable, "-m", "pip", "install"]
    assert "installing python3-pip through apt" in capsys.readouterr().out


def test_a_pip_that_is_there_is_used(ran, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    python.fetch_uv()
    assert [command[:4] for command in ran] == [[sys.executable, "-m", "pip", "install"]]


def test_without_root_the_command_to_type_is_named(ran, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Stop, match=r"^Please install with: sudo apt-get install python3-pip$"):
        python.fetch_uv()
    assert ran == []


def test_without_apt_what_is_missing_is_named(ran, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(Stop, match=r"^Please install uv, or pip for .*python.*\.$"):
        python.fetch_uv()
    assert ran == []
