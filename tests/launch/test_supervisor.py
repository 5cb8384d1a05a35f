import configparser

import pytest

from launch.paths import ROOT
from launch.procfile import processes
from launch.supervisor.configuration import configuration, rendered
from launch.supervisor.control import Control


@pytest.fixture
def parsed() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    text = configuration(ROOT / "Procfile", ["web", "worker"], Control(20001, "hidden"), with_broker=True)
    parser.read_string(text)
    return parser


def test_every_process_is_restarted_for_ever_and_its_log_rotates(parsed):
    for name in ("web", "worker", "rabbitmq"):
        program = parsed[f"program:{name}"]
        assert program["autorestart"] == "true"
        assert int(program["startretries"]) > 1_000_000
        assert (program["stdout_logfile_maxbytes"], program["stdout_logfile_backups"]) == ("10MB", "5")


def test_what_ends_within_ten_seconds_counts_as_failed_so_that_its_next_start_waits(parsed):
    assert all(parsed[f"program:{name}"]["startsecs"] == "10" for name in ("web", "worker", "rabbitmq"))


def test_celerys_children_are_left_to_celery_until_the_grace_is_over(parsed):
    worker = parsed["program:worker"]
    assert (worker["stopsignal"], worker["stopwaitsecs"]) == ("TERM", "27")
    assert (worker["stopasgroup"], worker["killasgroup"]) == ("false", "true")


def test_sigterm_is_a_soft_shutdown_for_the_worker_that_make_run_starts(parsed):
    assert parsed["program:worker"]["command"].endswith("-m launch.procfile Procfile worker")
    assert processes(ROOT / "Procfile")["worker"].count("REMAP_SIGTERM=SIGQUIT exec celery") == 1


def test_the_broker_starts_first_and_stops_last(parsed):
    assert int(parsed["program:rabbitmq"]["priority"]) < int(parsed["group:slipway"]["priority"])


def test_supervisord_listens_on_loopback_with_a_password(parsed):
    assert parsed["inet_http_server"]["port"] == "127.0.0.1:20001"
    assert parsed["inet_http_server"]["password"] == "hidden"


def test_a_percent_sign_in_a_path_is_no_placeholder():
    assert "directory = /100%%/slipway" in rendered({"program:web": {"directory": "/100%/slipway"}})


def test_without_a_private_broker_there_is_no_broker_to_keep():
    assert "rabbitmq" not in configuration(ROOT / "Procfile", ["web"], Control(1, "x"), with_broker=False)
