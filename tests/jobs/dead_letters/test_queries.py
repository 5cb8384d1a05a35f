"""Dead letters as they are looked for."""

import pytest
from sqlalchemy import inspect

from core.db import reading
from jobs.dead_letters.queries import LetterFilter, get_letter, list_letters
from tests.jobs.dead_letters.letters import failed

MESSAGE = {"headers", "body", "x_death"}


@pytest.mark.usefixtures("sqlite_database")
def test_a_list_reads_no_messages_and_a_single_letter_does() -> None:
    letter_id = failed()
    with reading() as session:
        [listed] = list_letters(session, LetterFilter(), cursor=None, limit=50).items
        assert inspect(listed).unloaded == MESSAGE
    with reading() as session:
        assert not inspect(get_letter(session, letter_id)).unloaded
