"""One look into the database for requests that come together, and never one that began before a request came."""

import asyncio
import threading

import pytest

from web.auth.shared_look import SharedLook


class Books:
    """What is looked into; a look lasts until it is let go."""

    def __init__(self) -> None:
        self.content, self.looks = "old", 0
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def look(self) -> str:
        self.looks += 1
        found = self.content
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        return found


def test_who_asks_while_a_look_is_under_way_shares_the_next_one() -> None:
    books = Books()

    async def scene() -> list[str]:
        shared: SharedLook[str] = SharedLook()
        first = asyncio.create_task(shared.answer("key", books.look))
        await asyncio.to_thread(books.begun.acquire)
        books.content = "new"
        later = [asyncio.create_task(shared.answer("key", books.look)) for _ in range(20)]
        await asyncio.sleep(0)
        books.go_on.release(2)
        return [await one for one in (first, *later)]

    assert asyncio.run(scene()) == ["old", *["new"] * 20]
    assert books.looks == 2


def test_two_credentials_share_nothing() -> None:
    async def scene() -> list[str]:
        shared: SharedLook[str] = SharedLook()
        return list(await asyncio.gather(*(shared.answer(key, lambda key=key: key) for key in "ab")))  # type: ignore[misc]

    assert asyncio.run(scene()) == ["a", "b"]


def test_a_look_that_fails_fails_for_all_who_shared_it_and_for_nobody_after() -> None:
    def fail() -> str:
        raise ValueError("no")

    async def scene() -> str:
        shared: SharedLook[str] = SharedLook()
        both = await asyncio.gather(*(shared.answer("key", fail) for _ in range(2)), return_exceptions=True)
        assert [type(one) for one in both] == [ValueError, ValueError]
        return await shared.answer("key", lambda: "fine")

    assert asyncio.run(scene()) == "fine"


def test_a_client_that_goes_away_takes_nobody_with_it() -> None:
    books = Books()

    async def scene() -> str:
        shared: SharedLook[str] = SharedLook()
        leaves, stays = (asyncio.create_task(shared.answer("key", books.look)) for _ in range(2))
        await asyncio.to_thread(books.begun.acquire)
        leaves.cancel()
        books.go_on.release()
        with pytest.raises(asyncio.CancelledError):
            await leaves
        return await stays

    assert asyncio.run(scene()) == "old"
    assert books.looks == 1
