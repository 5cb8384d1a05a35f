"""Results that are passed on by reference: what is refused at submit, and what a payload becomes then."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, text

from core.contracts import InvalidPayload
from core.db import reading, writing
from core.errors import Invalid
from jobs.again import order_like
from jobs.dead_letters.models import DeadLetter
from jobs.payloads import PAYLOAD_LIMIT
from jobs.submit import submit_many
from jobs.workflows import rows, values
from jobs.workflows.plan import KeyTwice, TooDeep, TooManyNodes
from jobs.workflows.references import BadReference
from jobs.workflows.spec import JOBS_LIMIT
from tests.jobs.rows import statements
from tests.jobs.workflows.flows import (
    Written,
    chain,
    chord,
    fail,
    group,
    job,
    job_at,
    jobs_named,
    queued,
    states,
    submit,
    succeed,
    workflow_of,
)
from tests.jobs_seen import job_of
from tests.secretive import known, login


def value_of(flow: str, key: str) -> Any:
    return job_at(flow, key).payload["value"]


def test_a_result_is_put_where_it_is_referred_to_when_it_is_there(database: str) -> None:
    wanted = {"whole": {"$result": "a"}, "part": [{"$result": "a", "path": "rows.1.name"}], "own": 7}
    flow = submit(chain(job("a"), job("b", wanted)))
    assert value_of(flow, "b") == wanted

    result = {"rows": [{"name": "x"}, {"name": "y"}]}
    succeed(flow, "a", result=result)

    assert value_of(flow, "b") == {"whole": result, "part": ["y"], "own": 7}
    assert queued(flow) == ["b"]


def test_the_results_of_a_group_are_a_list_in_the_order_in_which_it_was_written(database: str) -> None:
    members = [job("a"), chain(*jobs_named("b1", "b2")), group(*jobs_named("c", "d"))]
    body = job("body", {"all": {"$results": "all"}, "some": {"$results": ["d", "a"]}})
    flow = submit(chord(members, body, key="all"))

    succeed(flow, "d", "c", "b1", "b2", "a")

    results = ["result of a", "result of b2", ["result of c", "result of d"]]
    assert value_of(flow, "body") == {"all": results, "some": ["result of d", "result of a"]}


def test_the_results_of_a_group_that_collects_say_how_each_member_ended(database: str) -> None:
    members = [chain(*jobs_named("a1", "a2"), key="a"), job("b")]
    body = job("body", {"all": {"$results": "all"}, "one": {"$results": ["b"]}})
    flow = submit(chain(group(*members, key="all", on_failure="collect"), body))

    fail(flow, "a1", "no luck")
    succeed(flow, "b")

    error = {"class_name": "Broken", "message": "no luck", "kind": "permanent"}
    good = {"key": "b", "state": "succeeded", "result": "result of b"}
    assert value_of(flow, "body") == {"all": [{"key": "a", "state": "failed", "error": error}, good], "one": [good]}


def test_a_path_that_leads_nowhere_fails_the_node_that_wants_it(database: str) -> None:
    flow = submit(chain(job("a"), job("b", {"$result": "a", "path": "rows.9"}), job("c")))

    succeed(flow, "a", result={"rows": []})

    assert states(flow) == {"a": "succeeded", "b": "failed", "c": "cancelled"}
    assert job_at(flow, "b").error == {
        "class_name": "NotResolved",
        "message": "payload.value: the result of 'a' has no 'rows.9' ('9').",
        "kind": "invalid",
    }
    assert (workflow_of(flow).state, workflow_of(flow).failed) == ("failed", 1)


def test_a_result_that_does_not_fit_the_payload_fails_the_node(database: str) -> None:
    flow = submit(chain(job("a"), job("b", sleep_s={"$result": "a"})))

    succeed(flow, "a", result="long")

    assert states(flow)["b"] == "failed"
    assert job_at(flow, "b").error["class_name"] == "InvalidPayload"
    assert "sleep_s" in job_at(flow, "b").error["message"]


def test_results_may_make_a_payload_larger_than_a_client_may_send(database: str) -> None:
    """Ten thousand outcomes are; and what was run once can be run again."""
    flow = submit(chord(jobs_named("a", "b"), job("body", {"$results": "both"}), key="both", on_failure="collect"))
    succeed(flow, "a", "b", result="x" * PAYLOAD_LIMIT)
    assert queued(flow) == ["body"]

    fail(flow, "body")
    with writing() as session:
        again = submit_many(session, [order_like(job_at(flow, "body"), by="a test")])[0]

    assert [one["state"] for one in job_of(again.job_id).payload["value"]] == ["succeeded", "succeeded"]


def test_a_result_that_makes_the_payload_too_large_fails_the_node(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "RESOLVED_LIMIT", 300_000)
    flow = submit(chain(job("a"), job("b", [{"$result": "a"}, {"$result": "a"}])))

    succeed(flow, "a", result="x" * 200_000)

    assert job_at(flow, "b").error["class_name"] == "PayloadTooLarge"
    assert "at most 300,000" in job_at(flow, "b").error["message"]


@pytest.mark.parametrize(
    ("steps", "reads"),
    [
        pytest.param(group(*jobs_named("a", "b"), key="both"), {"$results": "both"}, id="a group"),
        pytest.param(group(*jobs_named("a", "b")), [{"$result": "a"}, {"$result": "b"}], id="one by one"),
    ],
)
def test_results_that_are_surely_too_much_are_not_even_read(
    database: str, monkeypatch: pytest.MonkeyPatch, steps: Written, reads: Any
) -> None:
    monkeypatch.setattr(values, "SURELY_TOO_MUCH", 100_000)
    flow = submit(chain(steps, job("c", reads)))

    with statements() as told:
        succeed(flow, "a", "b", result="x" * 60_000)

    assert job_at(flow, "c").error["class_name"] == "PayloadTooLarge"
    assert "The results that it refers to are far too much" in job_at(flow, "c").error["message"]
    assert not [one for one in told if "AS gone" in one]


@pytest.mark.parametrize("reads", [{"$result": "a"}, {"$result": "a", "path": "part"}], ids=["the whole", "a part"])
def test_a_result_that_is_named_often_counts_each_time(
    database: str, monkeypatch: pytest.MonkeyPatch, reads: Written
) -> None:
    """A payload of 256 KiB may name it ten thousand times, and the worker must not have all of that in its memory."""
    monkeypatch.setattr(values, "SURELY_TOO_MUCH", 100_000)
    flow = submit(chain(job("a"), job("b", [reads, {"twice": [reads]}])))

    succeed(flow, "a", result={"part": "x" * 60_000})

    assert job_at(flow, "b").error["class_name"] == "PayloadTooLarge"
    assert "The results that it refers to are far too much" in job_at(flow, "b").error["message"]


def test_of_a_chain_in_a_group_only_the_last_result_is_read(sqlite_database: str) -> None:
    """What a hundred pages weigh matters to nobody who asks for their summaries."""
    flow = submit(chord([chain(*jobs_named("page", "summary"))], job("body", {"$results": "all"}), key="all"))
    succeed(flow, "page")
    with writing() as session:
        session.execute(text("UPDATE jobs SET result = 'nobody can read this' WHERE node_key = 'page'"))

    succeed(flow, "summary")

    assert value_of(flow, "body") == ["result of summary"]


def test_of_a_large_result_a_small_part_may_be_taken(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "SURELY_TOO_MUCH", 100_000)
    flow = submit(chain(job("a"), job("b", {"$result": "a", "path": "small"})))

    succeed(flow, "a", result={"small": 7, "large": "x" * 200_000})

    assert job_at(flow, "b").payload["value"] == 7


def test_numbers_that_a_database_writes_out_in_full_are_not_too_much(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "SURELY_TOO_MUCH", 100_000)
    numbers = [1e-300] * 10_000
    flow = submit(chain(job("a"), job("b", {"$result": "a"})))

    succeed(flow, "a", result=numbers)

    assert job_at(flow, "b").payload["value"] == numbers


def test_a_failed_member_of_a_group_that_collects_has_no_single_result(database: str) -> None:
    flow = submit(chain(group(*jobs_named("a", "b"), on_failure="collect"), job("c", {"$result": "a"})))

    fail(flow, "a", "no luck")
    succeed(flow, "b")

    assert job_at(flow, "c").error["message"] == "payload.value: 'a' has no result, it failed: no luck"
    assert (states(flow)["c"], workflow_of(flow).state) == ("cancelled", "failed")
    assert dead_letters() == [job_at(flow, "a").id]


def test_only_what_failed_itself_is_a_dead_letter(database: str) -> None:
    broken = group(*jobs_named("a", "b"), chain(*jobs_named("c", "d")))
    flow = submit(chain(chord([broken], job("body")), job("after")))

    fail(flow, "c")

    assert Counter(states(flow).values()) == {"failed": 1, "cancelled": 5}
    assert dead_letters() == [job_at(flow, "c").id]


def test_a_result_with_secrets_goes_to_a_secret_field_only(database: str) -> None:
    with known():
        first = {"type": "job", "key": "a", "task": "log_in", "payload": login()}
        for open_field in (job("b", {"$result": "a", "path": "user"}), job("b", {"$results": ["a"]})):
            with pytest.raises(BadReference, match="holds secrets, and this field is not secret"):
                submit(chain(first, open_field))
        again = login() | {"account": {"user": "ada", "password": {"$result": "a", "path": "cookie"}}}
        flow = submit(chain(first, {"type": "job", "key": "b", "task": "log_in", "payload": again}))
        succeed(flow, "a", result={"user": "ada", "cookie": "of-ada"})
        assert job_at(flow, "b").payload["account"]["password"] == "of-ada"


def test_many_results_that_are_named_one_by_one_are_read_together(sqlite_database: str) -> None:
    keys = [f"m{number}" for number in range(60)]
    body = job("body", {"list": {"$results": keys}, "each": [{"$result": key} for key in keys]})
    flow = submit(chain(group(*jobs_named(*keys)), body))
    succeed(flow, *keys[:-1])

    with statements() as told:
        succeed(flow, keys[-1])

    assert value_of(flow, "body")["each"] == value_of(flow, "body")["list"] == [f"result of {key}" for key in keys]
    assert len(told) < len(keys)


def dead_letters() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(DeadLetter.id)))


BACK = {"$result": "a"}


@pytest.mark.parametrize(
    ("root", "error", "says"),
    [
        (job("a", BACK), BadReference, "root: payload.value: 'a' is not certain to have ended"),
        (chain(job("b", BACK), job("a")), BadReference, "root.steps.0: payload.value: 'a' is not certain"),
        (group(job("a"), job("b", BACK)), BadReference, "'a' is not certain to have ended"),
        (chord([job("a"), job("b", {"$results": "all"})], job("c"), key="all"), BadReference, "not certain"),
        (chain(job("a"), job("b", {"$result": "aa"})), BadReference, "there is no node 'aa'. Did you mean 'a'?"),
        (chain(job("a"), job("b", {"$results": "a"})), BadReference, "'a' is no group"),
        (chain(job("a"), job("b", {"$result": "a", "pth": "x"})), BadReference, "beside '$result' there may be 'path'"),
        (chain(job("a"), job("b", {"$result": 7})), BadReference, "are texts"),
        (chain(job("a"), job("b", BACK, slep_s=1)), InvalidPayload, "root.steps.1: The payload does not fit 'ping'"),
        (chain(job("a"), job("b", BACK, sleep_s="x")), InvalidPayload, "root.steps.1"),
        (chain(job("a", sleep_s=-1)), InvalidPayload, "root.steps.0"),
        (group(job("a"), job("a")), KeyTwice, "root.members.1: the key 'a' is used by root.members.0 already"),
        (group(*(job(f"j{n}") for n in range(JOBS_LIMIT + 1))), TooManyNodes, "at most 10,000"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    sqlite_database: str, root: Written, error: type[Invalid], says: str
) -> None:
    with pytest.raises(error) as refused:
        submit(root)
    assert says in refused.value.message


def test_nesting_has_an_end(sqlite_database: str) -> None:
    root = job("a")
    for _ in range(25):
        root = chain(root)
    with pytest.raises(TooDeep):
        submit(root)
