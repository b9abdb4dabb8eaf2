"""Pieces of work of several clients take turns."""

import asyncio

import pytest

from shuzi.service import queue
from shuzi.service.queue import FairQueue


class Story:
    """Pieces of work that end when told; `begun` are their names in order."""

    def __init__(self, room):
        self.queue, self.begun, self.ends, self.tasks = FairQueue(room), [], {}, {}

    async def come(self, name, size=1):
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._work(name, size))
        await self.settle()

    async def end(self, name):
        self.ends[name].set()
        await self.settle()

    async def settle(self):
        for _ in range(9):  # turns of the loop
            await asyncio.sleep(0)

    async def _work(self, name, size):
        await self.queue.take(name[0], size)
        self.begun.append(name)
        await self.ends[name].wait()
        self.queue.give(name[0], size)


def test_who_comes_waits_for_no_more_than_one_piece_of_who_was_there_before():
    async def tell():
        story = Story(2)
        for each in range(5):
            await story.come(f"a{each}")
        await story.come("b0")
        await story.end("a0")
        for each in range(1, 4):  # b goes on, one piece after the other, and a comes to its turn in between
            await story.come(f"b{each}")
        for name in ("b0", "a1", "a2", "b1"):
            await story.end(name)
        return story.begun

    assert asyncio.run(tell()) == ["a0", "a1", "b0", "b1", "a2", "a3", "b2"]


def test_a_large_piece_comes_to_its_turn_among_small_ones():
    async def tell():
        story = Story(4)
        for each in range(4):
            await story.come(f"a{each}")
        await story.come("b-large", 4)
        for each in range(4, 8):
            await story.come(f"a{each}")
        for each in range(4):
            await story.end(f"a{each}")
        return story.begun

    assert asyncio.run(tell()) == ["a0", "a1", "a2", "a3", "b-large"]


def test_what_is_given_up_takes_no_turn_and_leaves_nothing_behind():
    async def tell():
        story = Story(1)
        for name in ("a0", "a1", "b0", "b1"):
            await story.come(name)
        story.tasks["b0"].cancel()
        story.ends["a0"].set()  # at once: b0 is the next, and has just been given up
        await story.settle()
        for name in ("b1", "a1"):
            await story.end(name)
        await story.come("c0")
        story.tasks["c0"].cancel()  # while it is at work, which ends then
        await story.settle()
        story.queue.give("c", 1)
        assert not story.queue.waiting
        await story.come("d0")
        return story.begun

    assert asyncio.run(tell()) == ["a0", "b1", "a1", "c0", "d0"]


def test_behind_a_large_piece_that_is_given_up_a_small_one_begins_at_once():
    async def tell():
        story = Story(2)
        for name, size in (("a0", 1), ("b0", 2), ("c0", 1)):
            await story.come(name, size)
        story.tasks["b0"].cancel()
        await story.settle()
        return story.begun

    assert asyncio.run(tell()) == ["a0", "c0"]


def test_a_piece_that_is_given_up_as_its_turn_comes_gives_its_room_back():
    async def tell():
        story = Story(1)
        for name in ("a0", "b0", "c0"):
            await story.come(name)
        story.queue.give("a", 1)  # the turn of b0, which has not heard of it
        story.tasks["b0"].cancel()
        await story.settle()
        return story.begun

    assert asyncio.run(tell()) == ["a0", "c0"]


def test_how_long_who_waits_has_waited_since_coming_or_since_its_last_turn(monkeypatch):
    now, waiting = [0.0], []
    monkeypatch.setattr(queue, "monotonic", lambda: now[0])

    async def tell():
        story = Story(1)
        for seconds, step, name in (
            (0, story.come, "a0"),
            (1, story.come, "a1"),
            (2, story.come, "a2"),
            (3, story.come, "b0"),
            (5, story.end, "a0"),  # b0 begins, and a1 waits since it came
            (7, story.end, "b0"),  # a1 begins, and a2 waits since then
            (9, story.end, "a1"),
            (9, story.end, "a2"),
        ):
            now[0] = seconds
            await step(name)
            now[0] += 0.5
            waiting.append(story.queue.waiting)
        assert not story.queue._lines

    asyncio.run(tell())
    assert waiting == [0, 0.5, 1.5, 2.5, 4.5, 0.5, 0, 0]


def test_what_waits_is_refused_and_what_has_begun_goes_on():
    async def tell():
        story = Story(1)
        await story.come("a0")
        await story.come("a1")
        story.queue.refuse(KeyError("closing"))
        with pytest.raises(KeyError):
            await story.tasks["a1"]
        assert not story.queue.waiting
        await story.end("a0")
        await story.tasks["a0"]
        await story.come("a2")
        return story.begun

    assert asyncio.run(tell()) == ["a0", "a2"]


def test_who_has_several_pieces_comes_to_a_turn_among_those_who_come_one_by_one():
    async def tell():
        story = Story(1)
        for name in ("a0", "a1", "b0", "c0"):
            await story.come(name)
        await story.end("a0")
        await story.end("b0")
        await story.come("b1")
        await story.end("c0")
        await story.come("c1")
        await story.end("a1")
        return story.begun

    assert asyncio.run(tell()) == ["a0", "b0", "c0", "a1", "b1"]
