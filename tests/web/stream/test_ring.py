"""The ring: what came after a known event, or the knowledge that it is not known."""

import pytest

from tests.web.stream.events import an_event, position
from web.stream.ring import Position, Ring


def ring_of(*offsets: int, size: int = 10) -> Ring:
    ring = Ring(size)
    for offset in offsets:
        ring.add(offset, [an_event(offset)])
    return ring


def test_after_a_known_event_comes_the_rest() -> None:
    assert ring_of(5, 6, 7).after(position(5)) == [an_event(6), an_event(7)]


def test_after_the_newest_event_comes_nothing() -> None:
    assert ring_of(5, 6).after(position(6)) == []


def test_before_anything_was_read_nothing_is_known() -> None:
    assert Ring().after(position(5)) is None


def test_what_is_older_than_the_ring_is_not_known() -> None:
    assert ring_of(5, 6, 7).after(position(3)) is None
    assert ring_of(*range(20), size=5).after(position(3)) is None


def test_the_event_just_before_the_ring_began_is_near_enough() -> None:
    assert ring_of(5, 6).after(position(4)) == [an_event(5), an_event(6)]


def test_a_ring_that_has_forgotten_its_beginning_is_not_whole() -> None:
    assert ring_of(*range(5, 15), size=10).after(position(4)) is None


def test_the_same_offset_in_a_stream_made_anew_is_another_event() -> None:
    old = Position(5, 0, position(5).stamp - 60_000)

    assert ring_of(4, 5, 6).after(old) is None


def test_an_offset_from_a_stream_that_was_longer_is_not_known() -> None:
    assert ring_of(0, 1, 2).after(Position(10_000, 0, position(1).stamp)) is None


def test_after_the_stream_was_made_anew_the_ring_begins_again() -> None:
    ring = ring_of(500, 501)

    ring.clear()
    ring.add(0, [an_event(0)])

    assert (ring.next_offset, ring.newest) == (1, position(0))
    assert ring.after(position(501)) is None


def test_several_events_of_one_message_are_told_apart() -> None:
    ring = Ring()
    ring.add(7, [an_event(7, index) for index in range(4)])

    assert ring.after(position(7, 1)) == [an_event(7, 2), an_event(7, 3)]


def test_messages_without_an_event_for_us_count_as_seen() -> None:
    ring = Ring()
    ring.add(5, [])
    ring.add(6, [an_event(6)])
    ring.add(7, [])

    assert ring.next_offset == 8
    assert ring.after(position(4)) == [an_event(6)]
    assert ring.after(position(6)) == []


def test_an_empty_ring_knows_that_nothing_came_after_its_beginning() -> None:
    ring = Ring()
    ring.add(42, [])

    assert ring.after(position(41)) == []


def test_an_id_is_read_back_as_it_was_written() -> None:
    assert Position.parse(str(position(812, 3))) == position(812, 3)


@pytest.mark.parametrize("text", ["", "7", "1:2", "1:2:3:4", "a:b:c", "1:0:-5", "-1:0:5", f"1:0:{10**20}", "1::3"])
def test_what_is_not_one_of_our_ids_is_none(text: str) -> None:
    assert Position.parse(text) is None
