"""What Flower is refused to start with, and what it starts with."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flower import options as flowers_own
from tornado.options import OptionParser

from core.flower_credential import derived, our_credential
from core.settings import get_settings
from tests.worker.flower.running import OAUTH
from worker.flower import guard

Start = Callable[..., OptionParser]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    """As Flower reads its options: command line, file, command line. Answers what it has understood."""

    def run(*words: str, **environ: str) -> OptionParser:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        monkeypatch.setenv("FLOWER_CONF", environ.get("FLOWER_CONF", str(guard.CONFIGURATION)))
        options = fresh_options()
        monkeypatch.setattr(guard, "options", options)
        monkeypatch.setattr(guard, "watch", lambda door: None)
        guard.install(["celery", "flower", *words])
        options.conf = os.environ["FLOWER_CONF"]
        told = ["celery", *(word for word in words if word.partition("=")[0].strip("-") in options)]
        options.parse_command_line(told)
        options.parse_config_file(str(Path(options.conf).absolute()), final=False)
        options.parse_command_line(told)
        return options

    return run


def fresh_options() -> OptionParser:
    made = OptionParser()
    for name, option in flowers_own.options._options.items():
        if name != "help":
            made.define(option.name, default=option.default, type=option.type, multiple=option.multiple)
    return made


def sentence(start: Start, *words: str, **environ: Any) -> str:
    with pytest.raises(SystemExit) as ended:
        start(*words, **environ)
    said = str(ended.value)
    assert said.startswith("Flower: ")
    assert "\n" not in said
    return said


def test_without_any_setting_it_asks_for_a_password_that_only_we_can_derive(start: Start) -> None:
    options = start()
    assert options.basic_auth == [our_credential()]
    assert (options.address, options.cookie_secret) == ("127.0.0.1", derived("cookie"))
    assert (options.max_tasks, options.purge_offline_workers, options.persistent) == (20_000, 3_600, False)


def test_ours_is_beside_those_of_the_environment_and_of_the_command_line(start: Start) -> None:
    pairs = "ann:long-password,bob:other-password"
    assert start(FLOWER_BASIC_AUTH=pairs).basic_auth == [*pairs.split(","), our_credential()]
    assert start("--basic-auth=eve:third-password").basic_auth == ["eve:third-password", our_credential()]


@pytest.mark.parametrize(
    "given",
    [
        *("admin:long-password,", ",", "admin", "admin:short", "ädmin:long-password", ":long-password"),
        *("admin:long pass", "a:long-password,b", "a:long,password"),
    ],
)
def test_credentials_that_would_let_everybody_in_are_refused(start: Start, given: str) -> None:
    assert "one comma" in sentence(start, FLOWER_BASIC_AUTH=given)
    assert "one comma" in sentence(start, f"--basic-auth={given}", FLOWER_BASIC_AUTH="ann:long-password")


@pytest.mark.parametrize("name", ["FLOWER_BASIC_AUTH", "FLOWER_AUTH"])
def test_an_empty_door_is_refused(start: Start, name: str) -> None:
    assert "set and empty" in sentence(start, **{name: ""})


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--basicauth=admin:long-password", "no option --basicauth"),
        ("--unauthenticated-apis", "no option"),
        ("--port", "needs a value"),
        ("5555", "not --port 5555"),
        ("--", "not --port 5555"),
        ("-p", "not --port 5555"),
        ("--unix_socket=/tmp/x", "socket"),
        ("--conf=nowhere.py", "no configuration file"),
    ],
)
def test_words_that_flower_would_drop_are_refused(start: Start, word: str, said: str) -> None:
    refusal = sentence(start, word)
    assert said in refusal
    assert "long-password" not in refusal


@pytest.mark.parametrize(
    ("name", "said"),
    [("FLOWER_BASICAUTH", "Did you mean 'FLOWER_BASIC_AUTH'"), ("FLOWER_AUTH_PROVIDER", "FLOWER_OAUTH_PROVIDER")],
)
def test_variables_that_nobody_reads_are_refused(start: Start, name: str, said: str) -> None:
    assert said in sentence(start, **{name: "x"})


def test_our_file_is_found_from_any_directory(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert start("--conf=flowerconfig.py").basic_auth == [our_credential()]


def test_another_file_that_sets_no_door_gets_ours(start: Start, tmp_path: Path) -> None:
    other = tmp_path / "flowerconfig.py"
    other.write_text("max_tasks = 7\n")
    options = start(FLOWER_CONF=str(other))
    assert (options.max_tasks, options.basic_auth) == (7, [our_credential()])


@pytest.mark.parametrize("way", [{"FLOWER_UNAUTHENTICATED_API": "true"}, {}], ids=["the variable", "the flag"])
def test_the_documents_two_ways_open_it_on_this_machine(start: Start, way: dict[str, str]) -> None:
    words = () if way else ("--unauthenticated_api",)
    assert start(*words, **way).basic_auth == []
    assert "stay on this machine" in sentence(start, *words, "--address=0.0.0.0", **way)
    assert "contradict" in sentence(start, *words, **way, FLOWER_BASIC_AUTH="ann:long-password")


def test_it_is_never_open_in_production(start: Start) -> None:
    production = {"SLIPWAY_ENV": "production", "SECRET_KEY": "k" * 40}
    assert "development only" in sentence(start, "--unauthenticated_api", **production)
    assert "not in production" in sentence(start, "--debug", **production)


@pytest.mark.parametrize("provider", ["google", "github", "gitlab", "okta"])
def test_each_provider_of_the_document_is_chosen_by_one_variable(start: Start, provider: str) -> None:
    options = start(**{**OAUTH, "FLOWER_OAUTH_PROVIDER": provider})
    assert options.auth_provider.lower().startswith(f"flower.views.auth.{provider}")
    assert not options.basic_auth
    assert (options.auth, options.oauth2_key, options.oauth2_secret) == (".*@example.com", "flower", "s")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"FLOWER_AUTH": None}, "would leave it open"),
        ({"FLOWER_OAUTH_PROVIDER": None}, "not who asks them"),
        ({"FLOWER_OAUTH2_KEY": None}, "FLOWER_OAUTH2_KEY"),
        ({"FLOWER_OAUTH2_SECRET": None}, "FLOWER_OAUTH2_SECRET"),
        ({"FLOWER_OAUTH2_REDIRECT_URI": None}, "FLOWER_OAUTH2_REDIRECT_URI"),
        ({"FLOWER_OAUTH2_REDIRECT_URI": "http://panel.example.com/flower/login"}, "https"),
        ({"FLOWER_OAUTH2_REDIRECT_URI": "https://panel.example.com/login"}, "/flower/login"),
        ({"FLOWER_OAUTH2_OKTA_BASE_URL": None}, "FLOWER_OAUTH2_OKTA_BASE_URL"),
        ({"FLOWER_BASIC_AUTH": "ann:long-password"}, "exclude each other"),
        ({"FLOWER_UNAUTHENTICATED_API": "true"}, "contradict"),
    ],
)
def test_a_sign_in_that_is_half_configured_is_refused(start: Start, changed: dict[str, str | None], said: str) -> None:
    environ = {name: value for name, value in {**OAUTH, **changed}.items() if value is not None}
    assert said in sentence(start, **environ)


@pytest.mark.parametrize(
    "auth",
    [
        *(r".*@example\.com", ".*", "*", ".+@example.com", "^.*@example.com$", "(a|b)@example.com", "*@example.com"),
        *(".*@.*", "a@example.com|", "|", "example.com", "a@example.com|.*@example.com", "[a-z]@example.com"),
    ],
)
def test_a_pattern_that_lets_in_everybody_or_nobody_is_refused(start: Start, auth: str) -> None:
    assert "no regular expression" in sentence(start, **{**OAUTH, "FLOWER_AUTH": auth})


@pytest.mark.parametrize("auth", [".*@example.com", "ops.*@example.com", "a.b+c@example.com", "a@x.org|b@y.org"])
def test_a_pattern_that_flower_understands_is_taken(start: Start, auth: str) -> None:
    assert start(**{**OAUTH, "FLOWER_AUTH": auth}).auth == auth


def test_the_management_address_ends_with_a_slash_however_it_is_told(start: Start) -> None:
    assert start(RABBITMQ_MANAGEMENT_URL="http://m:p@h:15672/api").broker_api == "http://m:p@h:15672/api/"
    assert start("--broker-api=http://h:1/api").broker_api == "http://h:1/api/"
