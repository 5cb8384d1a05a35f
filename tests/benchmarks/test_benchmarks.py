"""Every benchmark runs, with counts too small to say anything: what `make bench` prints is never a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import drain, publish, stream, submit
from benchmarks.__main__ import SUBJECTS
from benchmarks.frame import TINY, Row, in_turns
from benchmarks.stage import Stage, stage
from benchmarks.table import print_table


@pytest.fixture(scope="module")
def a_stage() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.mark.integration
@pytest.mark.parametrize("subject", [publish, submit, stream])
def test_it_runs_and_answers_rows(subject: object, a_stage: Stage) -> None:
    rows = subject.measure(a_stage, TINY)  # type: ignore[attr-defined]

    assert rows
    assert all(row.what and row.figure for row in rows)


@pytest.mark.integration
def test_ours_and_celerys_jobs_are_all_run(a_stage: Stage) -> None:
    database, pool = drain.OURS["prefork 2, SQLite"]

    assert drain._ours(a_stage, 40, database, pool) > 0
    assert drain._theirs(a_stage, 40, drain.PEERS_OF_DRAIN[drain.BARE])() > 0


def test_every_subject_has_its_module() -> None:
    modules = {path.stem for path in Path(drain.__file__).parent.glob("*.py")}

    assert set(SUBJECTS) <= modules


def test_each_side_has_its_turn_and_a_ratio_is_of_the_same_round() -> None:
    ours, theirs = iter([10.0, 2.0]), iter([5.0, 1.0])

    turns = in_turns({"ours": lambda: next(ours), "theirs": lambda: next(theirs)}, 2)

    assert turns.ratio("ours", "theirs") == 2.0
    assert turns.median("theirs") == 3.0


def test_the_table_says_what_was_met(capsys: pytest.CaptureFixture[str]) -> None:
    missed = Row(what="a", figure="1/s", goal="≥ 3 ×", met=False)
    print_table([("publish", missed), ("publish", Row(what="b", figure="2"))])

    told = capsys.readouterr().out
    assert "| publish | a    | 1/s" in told
    assert "missed" in told
    assert "0 of 1 goals met" in told
