"""Regular duties: each at its own pace, and none stands in another's way."""

import pytest
from sqlalchemy.exc import OperationalError

from jobs.duty import Duty

OFTEN, SELDOM = 0.0, 3_600.0


class Work:
    """Answers each time what it was told to, or raises it."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.done = 0

    def __call__(self) -> bool:
        self.done += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_duty_is_done_at_once_and_then_not_before_its_time() -> None:
    work = Work(False)
    duty = Duty("test", SELDOM, work)

    duty.when_due()
    duty.when_due()

    assert work.done == 1


def test_what_is_left_over_is_done_at_the_next_look() -> None:
    work = Work(True, True, False)
    duty = Duty("test", SELDOM, work)

    for _ in range(5):
        duty.when_due()

    assert work.done == 3


def test_a_fault_is_put_off_and_raised_to_nobody() -> None:
    work = Work(ValueError("a bug"))
    duty = Duty("test", SELDOM, work)

    duty.when_due()
    duty.when_due()

    assert work.done == 1


def test_a_database_in_trouble_is_told_to_the_dispatcher() -> None:
    duty = Duty("test", OFTEN, Work(OperationalError("select 1", {}, Exception("database is locked"))))

    with pytest.raises(OperationalError):
        duty.when_due()
