"""The operator's command line, as it is typed."""

import json

import pytest

from tests.command_line import manage, manage_in_a_process, refused, said


@pytest.mark.usefixtures("sqlite_database")
class TestWithADatabase:
    def test_migrate_says_that_nothing_is_to_be_done(self):
        assert said("migrate") == "The database is up to date."

    def test_bootstrap_prints_the_password_once(self):
        first = said("user", "bootstrap")
        assert first.startswith("password: ")
        assert len(first.removeprefix("password: ")) >= 16
        assert said("user", "bootstrap") == ""

    def test_bootstrap_does_not_print_a_password_that_was_given(self):
        done = manage("user", "bootstrap", ADMIN_PASSWORD="given by the operator")
        assert (done.returncode, done.stdout) == (0, "")
        assert "given by" not in done.stderr

    def test_where_others_know_people_no_first_user_is_made(self):
        done = manage("user", "bootstrap", AUTH_MODE="proxy", TRUSTED_PROXIES="127.0.0.1")
        assert (done.returncode, done.stdout) == (0, "")
        assert "AUTH_MODE is proxy" in done.stderr
        assert said("user", "list") == "none"

    def test_a_user_is_removed_and_the_last_admin_stays(self):
        said("user", "add", "olga")
        said("user", "add", "ada", "--role", "admin")
        said("user", "remove", "olga")
        assert refused("user", "remove", "ada") == "This is the only admin: make another one first."
        assert "ada" in refused("user", "remove", "olga")

    def test_a_user_is_added_changed_and_listed(self):
        assert said("user", "add", "olga", "--role", "operator").startswith("password: ")
        assert said("user", "add", "ned", typed="a password from a pipe\n") == ""
        said("user", "role", "ned", "admin")
        assert said("user", "reset", "olga").startswith("password: ")
        rows = [line.split()[:2] for line in said("user", "list").splitlines()]
        assert rows == [["name", "role"], ["ned", "admin"], ["olga", "operator"]]

    def test_what_was_done_here_is_in_the_audit_log(self):
        said("user", "add", "olga")
        said("user", "role", "olga", "admin")
        refused("user", "role", "olga", "viewer")
        lines = [line.split() for line in said("audit", "--target", "olga").splitlines()[1:]]
        assert [line[-4:-1] for line in lines] == [
            ["change_role", "olga", "refused"],
            ["change_role", "olga", "ok"],
            ["create_user", "olga", "ok"],
        ]
        assert "command line:" in said("audit", "--limit", "1")

    def test_what_cannot_be_is_one_sentence(self):
        said("user", "add", "olga")
        assert refused("user", "add", "Olga") == "There is a user 'olga' already."
        assert "Did you mean 'olga'?" in refused("user", "reset", "olgo")
        assert refused("token", "revoke", "nothing") == "There is no token 'nothing'."

    def test_a_token_is_printed_alone_and_listed_without_itself(self):
        token = said("token", "create", "--name", "ci", "--role", "operator", "--expires-days", "7")
        assert token.startswith("slip_")
        assert len(token.split()) == 1
        listed = said("token", "list")
        assert "ci" in listed
        assert token not in listed
        said("token", "revoke", listed.splitlines()[1].split()[0])
        assert said("token", "list") == "none"

    def test_workers_and_queues_are_shown_without_a_broker(self):
        assert said("workers") == "none"
        assert "agent_initialization_queue" in said("queues")


def test_the_document_is_the_same_bytes_every_time():
    first = said("openapi")
    assert json.loads(first)["info"]["title"] == "Slipway"
    assert manage_in_a_process("openapi", PYTHONHASHSEED="7").stdout.strip() == first


def test_a_database_that_was_never_migrated_is_one_sentence():
    assert "python manage.py migrate" in refused("user", "list")


def test_bad_settings_are_told_without_a_traceback():
    done = manage_in_a_process("user", "list", SLIPWAY_ENV="production")
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False), done.stderr
    assert "SECRET_KEY" in done.stderr
