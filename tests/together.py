"""Tests that run in one process, one after the other, when several processes run tests at a time."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# They share what takes long to start, or want the same ports of the machine. The first that fits counts.
TOGETHER = (
    "tests/benchmarks/",
    "tests/deploy/test_nginx.py",
    "tests/launch/test_broker.py",
    "tests/launch/test_make_run.py",
    "tests/panel/test_behind_nginx.py",
    "tests/panel/test_flower.py",
    "tests/panel/test_flower_oauth.py",
    "tests/panel/test_oauth.py",
    "tests/panel/",
    "tests/system/test_an_agent_made_ready.py",
    "tests/test_boundaries.py",
    "tests/web/oauth/test_provider.py",
    "tests/web/test_openapi.py",
    "tests/worker/flower/test_providers.py",
    "tests/worker/flower/test_real_flower.py",
)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # published without types
    """Those together first, then each test wherever somebody is free. The marks of xdist 3.8 reach no pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)
