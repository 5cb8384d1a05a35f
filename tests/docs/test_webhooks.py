"""The samples in docs/webhooks.md are what a receiver pastes: they take what we sign, and nothing else."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.settings import ROOT
from workloads.webhooks import keys, messages

SECRETS = [keys.PREFIX + "bmV3ZXI=", keys.PREFIX + "b2xkZXI="]
BODY = '{"type": "job.succeeded", "data": {"id": "ü"}}'.encode()

Verify = Callable[[str, Mapping[str, str], bytes], bool]


def sample(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def in_python(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(sample("python"), names)
    try:
        names["verify"](secret, headers, body)
    except ValueError:
        return False
    return True


def in_node(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    node = shutil.which("node")
    assert node is not None
    said = json.dumps([secret, dict(headers), body.hex()])
    code = f"{sample('js')}\nconst [s, h, b] = {said}; verify(s, h, Buffer.from(b, 'hex'));"
    return subprocess.run([node, "-e", code], capture_output=True, timeout=30).returncode == 0


@pytest.mark.parametrize("verify", [in_python, in_node])
def test_a_sample_takes_what_is_signed_with_either_secret_and_nothing_else(verify: Verify) -> None:
    headers = {name.lower(): value for name, value in messages.headers("msg_1", clock.now(), BODY, SECRETS).items()}

    assert [verify(secret, headers, BODY) for secret in SECRETS] == [True, True]
    assert not verify(keys.PREFIX + "b3RoZXI=", headers, BODY)
    assert not verify(SECRETS[0], headers, BODY + b" ")
    assert not verify(SECRETS[0], headers | {"webhook-id": "msg_2"}, BODY)
    old = messages.headers("msg_1", clock.now() - timedelta(hours=1), BODY, SECRETS)
    assert not verify(SECRETS[0], {name.lower(): value for name, value in old.items()}, BODY)
