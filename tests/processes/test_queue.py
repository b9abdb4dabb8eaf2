"""Pieces of work of several clients take turns."""

import pytest

from shuzi.processes import queue
from shuzi.processes.queue import FairQueue


class Turn(queue.Turn):
    """A turn with a name."""

    def __init__(self, name, pieces):
        super().__init__(name[0], pieces)
        self.name = name


class Story:
    """Pieces of work that end when told; `begun` are their names in order."""

    def __init__(self, room):
        self.queue, self.free, self.begun, self.turns = FairQueue(), room, [], {}

    def come(self, name, size=1):
        self.turns[name] = Turn(name, size)
        self.queue.add(self.turns[name])
        self.begin()

    def begin(self):
        while (turn := self.queue.first()) is not None and turn.pieces <= self.free:
            assert self.queue.take() is turn
            self.free -= turn.pieces
            self.begun.append(turn.name)

    def end(self, name):
        self.free += self.turns[name].pieces
        self.queue.end(self.turns[name])
        self.begin()

    def give_up(self, name):
        self.turns[name].cancelled = True
        self.begin()


def test_who_comes_waits_for_no_more_than_one_piece_of_who_was_there_before():
    story = Story(2)
    for number in range(5):
        story.come(f"a{number}")
    story.come("b0")
    story.end("a0")
    for number in range(1, 4):  # b goes on, one piece after the other, and a comes to its turn in between
        story.come(f"b{number}")
    for name in ("b0", "a1", "a2", "b1"):
        story.end(name)
    assert story.begun == ["a0", "a1", "b0", "b1", "a2", "a3", "b2"]


def test_a_large_piece_comes_to_its_turn_among_small_ones():
    story = Story(4)
    for number in range(4):
        story.come(f"a{number}")
    story.come("b-large", 4)
    for number in range(4, 8):
        story.come(f"a{number}")
    for number in range(4):
        story.end(f"a{number}")
    assert story.begun == ["a0", "a1", "a2", "a3", "b-large"]


def test_what_is_given_up_takes_no_turn_and_leaves_nothing_behind():
    story = Story(1)
    for name in ("a0", "a1", "b0", "b1"):
        story.come(name)
    story.give_up("b0")
    for name in ("a0", "b1", "a1"):
        story.end(name)
    assert story.begun == ["a0", "b1", "a1"]
    assert story.queue.first() is None
    assert not story.queue.waiting
    assert len(story.queue) == 0
    assert not story.queue._lines


def test_behind_a_large_piece_that_is_given_up_a_small_one_begins_at_once():
    story = Story(2)
    for name, size in (("a0", 1), ("b0", 2), ("c0", 1)):
        story.come(name, size)
    story.give_up("b0")
    assert story.begun == ["a0", "c0"]


def test_a_piece_that_is_put_back_is_its_clients_next_and_counts_as_not_begun():
    story = Story(2)
    for name in ("a0", "b0", "a1", "b1"):
        story.come(name)
    story.queue.put_back(story.turns["a0"])
    story.free += 1
    story.begin()
    assert story.begun == ["a0", "b0", "a0"]
    story.end("b0")
    story.end("a0")
    assert story.begun == ["a0", "b0", "a0", "b1", "a1"]


def test_how_long_who_waits_has_waited_since_coming_or_since_its_last_turn(monkeypatch):
    now, waiting = [0.0], []
    monkeypatch.setattr(queue, "monotonic", lambda: now[0])
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
        step(name)
        now[0] += 0.5
        waiting.append(story.queue.waiting)
    assert waiting == [0, 0.5, 1.5, 2.5, 4.5, 0.5, 0, 0]


def test_what_waits_is_taken_out_and_what_has_begun_goes_on():
    story = Story(1)
    for name in ("a0", "a1", "a2", "b0"):
        story.come(name)
    story.give_up("a2")
    assert story.queue.empty() == [story.turns["a1"], story.turns["b0"]]
    assert not story.queue.waiting
    story.end("a0")
    story.come("a3")
    assert story.begun == ["a0", "a3"]


def test_who_has_several_pieces_comes_to_a_turn_among_those_who_come_one_by_one():
    story = Story(1)
    for name in ("a0", "a1", "b0", "c0"):
        story.come(name)
    story.end("a0")
    story.end("b0")
    story.come("b1")
    story.end("c0")
    story.come("c1")
    story.end("a1")
    assert story.begun == ["a0", "b0", "c0", "a1", "b1"]


@pytest.mark.parametrize("ended", [1, 2])
def test_a_turn_that_has_ended_twice_counts_once(ended):
    story = Story(3)
    for name in ("a0", "a1", "b0"):
        story.come(name)
    for _ in range(ended):
        story.queue.end(story.turns["a0"])
    story.come("a2")
    story.come("b1")
    story.end("b0")
    assert story.begun == ["a0", "a1", "b0", "b1"]
