"""Identifiers sort by the time they were made, also within one millisecond."""

from uuid import UUID

from core.ids import new_id


def test_later_ids_compare_greater() -> None:
    made = [new_id() for _ in range(10_000)]

    assert made == sorted(set(made))


def test_an_id_is_a_version_7_uuid_as_text() -> None:
    assert UUID(new_id()).version == 7
