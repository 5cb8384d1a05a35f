"""What each look makes of what it sees; and the exit code that CI goes by."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from core.contracts import LONGEST_DELIVERY
from core.db import reading
from core.settings import get_settings
from jobs.broker import BrokerQueue
from jobs.workers.liveness import retire
from tests.jobs.running import set_worker, start_worker
from web.doctor import budget, files, management, postgresql, product, safety, sqlite, topology, workers
from web.doctor import database as of_database
from web.doctor.examine import exit_code
from web.doctor.finding import Finding, Severity, error, fine, looked_at, note, warning

BAD = warning("x", "bad", why="", advice="")
WORSE = error("x", "worse", why="", advice="")


def worst(findings: Iterable[Finding]) -> str:
    return max((one.severity for one in findings), key=list(Severity).index, default=Severity.OK).value


def told(findings: Iterable[Finding]) -> str:
    return " ".join(f"{one.what} {one.why} {one.advice}" for one in findings)


def settings_with(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("findings", "strict", "code"),
    [
        ([fine("x", ""), note("x", "")], True, 0),
        ([BAD], False, 0),
        ([BAD], True, 1),
        ([BAD, WORSE], True, 2),
        ([WORSE], False, 2),
    ],
)
def test_ci_goes_by_the_worst_finding(findings: list[Finding], strict: bool, code: int) -> None:
    assert exit_code(findings, strict=strict) == code


def test_a_check_that_fails_is_a_finding_without_the_errors_text_and_keeps_what_it_found() -> None:
    def look() -> Iterator[Finding]:
        yield fine("x", "so far")
        raise RuntimeError("amqp://user:password@host")

    first, second = looked_at("x", look)
    assert (first.what, second.severity) == ("so far", Severity.WARNING)
    assert "password" not in told([second])


@pytest.mark.parametrize(
    ("name", "version", "severity"),
    [
        ("RabbitMQ", "3.10.8", "ok"),
        ("RabbitMQ", "3.13.0", "ok"),
        ("RabbitMQ", "4.1.0", "note"),
        ("RabbitMQ", "3.9.29", "error"),
        ("RabbitMQ", "unknown", "note"),
        ("LavinMQ", "2.0.0", "warning"),
    ],
)
def test_brokers_are_told_apart_by_what_they_say_of_themselves(name: str, version: str, severity: str) -> None:
    assert product.of_product(name, version).severity == severity


@pytest.mark.parametrize(
    ("milliseconds", "severity"),
    [(None, "note"), (LONGEST_DELIVERY * 1000, "error"), (1_800_000, "ok")],
)
def test_the_consumer_timeout_must_be_longer_than_any_delivery_is_held(milliseconds: int | None, severity: str) -> None:
    assert topology.of_consumer_timeout(milliseconds).severity == severity


@pytest.mark.parametrize(("used", "severity"), [(10, "ok"), (16, "warning"), (20, "error")])
def test_a_plan_that_is_nearly_used_up_is_a_warning_and_one_that_is_used_up_an_error(used: int, severity: str) -> None:
    assert budget.of_budget("connections", used, 20, "").severity == severity


def test_the_free_plan_is_known_by_its_name_and_the_budget_is_estimated_without_the_brokers_word(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worst(budget.look(None, has_database=True)) == "note"
    settings_with(monkeypatch, CLOUDAMQP_PLAN="lemur")
    for number in range(5):
        start_worker(f"w{number}@host")

    found = list(budget.look(None, has_database=True))

    assert [one.what for one in found] == [
        "About 23 of 20 connections are used.",
        "About 52 of 100 queues are used.",
    ]
    assert worst(found) == "error"


@pytest.mark.parametrize(
    ("current", "severity"), [("0007_jobs", "ok"), ("0006_jobs", "error"), (None, "error"), ("0008_jobs", "note")]
)
def test_a_schema_that_is_behind_is_an_error_and_one_that_is_ahead_is_not(current: str | None, severity: str) -> None:
    assert of_database.of_schema(current, "0007_jobs").severity == severity


@pytest.mark.parametrize(("ahead", "severity"), [(0.5, "ok"), (-30.0, "warning"), (30.0, "warning")])
def test_clocks_that_differ_are_a_warning(ahead: float, severity: str) -> None:
    assert of_database.of_clocks(ahead).severity == severity


def test_the_database_of_a_test_is_sound(sqlite_database: str) -> None:
    assert worst(of_database.look()) in ("ok", "note")


def test_of_a_tests_postgresql_only_its_fsync_is_not_sound(postgresql_database: str) -> None:
    assert [one.what for one in of_database.look() if one.severity in ("warning", "error")] == ["fsync is off."]


def test_sqlite_on_a_network_disk_is_an_error_and_a_full_disk_too() -> None:
    assert worst(sqlite.of_file_system("nfs4")) == "error"
    assert worst(sqlite.of_file_system("ext4")) == "ok"
    assert [sqlite.of_free_space(free).severity for free in (10**6, 5 * 10**8, 10**10)] == ["error", "warning", "ok"]


def test_the_file_system_of_a_path_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    assert sqlite.file_system(Path("/proc/self/status")) == "proc"
    assert sqlite.file_system(tmp_path / "not there") not in (None, "proc")


def test_postgresql_with_another_isolation_or_few_connections_left_is_a_warning() -> None:
    assert postgresql.of_isolation("serializable").severity == "warning"
    assert [postgresql.of_connections(used, 100).severity for used in (10, 90)] == ["ok", "warning"]


def test_files_that_others_may_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "env.sh"
    secret.write_text("RABBITMQ_URL=amqp://u:hunter2@h/")
    monkeypatch.setattr(
        files, "readable_by_others", lambda path: bool(path.stat().st_mode & 0o004)
    )  # pytest's are closed
    secret.chmod(0o644)
    found = list(files.look())
    assert (worst(found), str(secret) in told(found), "hunter2" in told(found)) == ("warning", True, False)
    secret.chmod(0o600)
    assert worst(files.look()) == "ok"


def test_a_closed_directory_closes_what_is_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "closed"
    inner.mkdir(mode=0o700)
    (inner / "env.sh").write_text("")
    os.chmod(inner / "env.sh", 0o644)
    assert not files.readable_by_others(inner / "env.sh")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY is easy to guess"),
        ({"ADMIN_PASSWORD": "hunter2hunt"}, "ADMIN_PASSWORD is easy to guess"),
        ({"RABBITMQ_URL": "amqp://u:long-enough-password@broker.example/"}, "not encrypted"),
        ({"RABBITMQ_URL": "amqps://guest:guest@broker.example/"}, "password of the broker is well known"),
        ({"REMAP_SIGTERM": "SIGTERM"}, "REMAP_SIGTERM is set to something other"),
    ],
)
def test_unwise_settings_are_warnings_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    settings_with(monkeypatch, **variables)
    found = list(safety.look())
    assert says in told(found)
    assert not any(value in told(found) for value in ("aaaa", "hunter2", "long-enough", "guest"))


def test_a_private_broker_and_a_good_key_are_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "Zq3v9-hXk27LmPw0RtYb5nJ8cDfGs4Ae_uVoIiQxN1"
    settings_with(monkeypatch, SECRET_KEY=key, RABBITMQ_URL="amqp://u:p@127.0.0.1:1/")
    assert worst(safety.look()) == "ok"


def test_workers_of_another_version_with_another_clock_or_told_to_be_quiet_are_told(sqlite_database: str) -> None:
    old = start_worker("old@host")
    set_worker(old, versions={"slipway": "0.0.1"}, vitals={"clock_ahead_s": -45.0}, quiet_since=None)
    found = list(workers.look())
    assert "old@host (0.0.1)" in told(found)
    assert "old@host by -45 s" in told(found)
    retire(old)
    assert worst(workers.look()) == "error"


def test_a_queue_without_a_consumer_is_told_unless_it_is_paused(sqlite_database: str) -> None:
    start_worker("w@host")
    with reading() as session:
        [nobody, cut_off] = workers.of_consumers(session, {"crawl": BrokerQueue(0, 0), "default": BrokerQueue(0, 0)})
        [all_well] = workers.of_consumers(session, {"default": BrokerQueue(0, 1)})
    assert nobody.what == "Nobody listens to crawl."
    assert "Workers say that they listen to default" in cut_off.what
    assert all_well.severity == "ok"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("amqps://u:p@rat.example.com/vhost", "https://u:p@rat.example.com/api/"),
        ("amqp://u:p@broker.example:5672/", None),
    ],
)
def test_the_management_api_is_looked_for_only_where_the_password_goes_encrypted(
    monkeypatch: pytest.MonkeyPatch, url: str, found: str | None
) -> None:
    settings_with(monkeypatch, RABBITMQ_URL=url)
    assert management.address() == found
