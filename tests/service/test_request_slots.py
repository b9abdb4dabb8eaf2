"""One client may have all places until another one arrives."""

import asyncio

import pytest

from shuzi.errors import ServiceError
from shuzi.service.workers import RequestSlots

MOST = 6


class Crowd:
    """Requests of several clients that wait until released; `answers` are their results."""

    def __init__(self):
        self.slots = RequestSlots(MOST)
        self.clients, self.tasks, self.go = {}, [], asyncio.Event()
        self.at_work = 0

    async def come(self, client, count=1):
        self.clients[client] = None
        self.tasks += [asyncio.create_task(self._ask(client)) for _ in range(count)]
        for _ in range(40):  # turns of the loop: each takes a few
            await asyncio.sleep(0)

    async def _ask(self, client):
        try:
            async with self.slots.take(client):
                self.at_work += 1
                assert self.at_work <= MOST
                try:
                    await self.go.wait()
                finally:
                    await asyncio.sleep(0)  # who makes way may have something to put in order
                    self.at_work -= 1
        except ServiceError as problem:
            return problem.key
        return "answered"

    async def answers(self):
        self.go.set()
        found = await asyncio.gather(*self.tasks)
        assert self.shares == [0] * len(self.clients)
        assert not self.slots.held
        return found

    @property
    def shares(self):
        return [self.slots.held[each] for each in self.clients]


def test_a_client_that_is_alone_has_all_places_and_no_more():
    async def story():
        crowd = Crowd()
        await crowd.come("greedy", MOST + 2)
        assert crowd.shares == [MOST]
        return await crowd.answers()

    assert asyncio.run(story()) == ["answered"] * MOST + ["error.service.busy"] * 2


def test_the_newest_request_of_the_client_with_most_makes_way_until_the_shares_are_even():
    async def story():
        crowd = Crowd()
        await crowd.come("greedy", MOST)
        await crowd.come("modest")
        assert crowd.shares == [5, 1]
        await crowd.come("third", 2)
        assert crowd.shares == [3, 1, 2]
        for client in ("greedy", "third"):  # with a slot more it would have as many as the one that has most, or more
            await crowd.come(client)
            assert crowd.shares == [3, 1, 2]
        await crowd.come("modest", 2)
        assert crowd.shares == [2, 2, 2]
        return await crowd.answers()

    found = asyncio.run(story())
    assert found[:MOST] == ["answered"] * 2 + ["error.service.busy"] * 4
    assert found[MOST:] == [*["answered"] * 3, *["error.service.busy"] * 2, "answered", "error.service.busy"]


def test_a_request_that_fails_or_is_cancelled_gives_its_place_back():
    async def story():
        crowd = Crowd()
        await crowd.come("a", 2)
        crowd.tasks.pop().cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert crowd.shares == [1]
        with pytest.raises(KeyError):
            async with crowd.slots.take("a"):
                raise KeyError
        with pytest.raises(TimeoutError):
            async with crowd.slots.take("a"):
                raise TimeoutError
        await crowd.come("b", MOST)
        return await crowd.answers()

    assert asyncio.run(story()) == ["answered"] * MOST + ["error.service.busy"]
