"""Frames of a pool's pipes are whole however they come, and its queue keeps its order."""

import math
import os
import threading

from shuzi.processes.pool import Task, TaskQueue
from shuzi.processes.pool_worker import ANSWER, CALL, FORGET, KEEP, Frames, frame, frames
from shuzi.processes.serving import write

SENT = [(CALL, 3, b"x" * 300), (KEEP, 40, b""), (ANSWER, 0, b"x"), (CALL, 2**40, b"y" * 17), (FORGET, 9, b"")]


def test_frames_are_the_same_however_the_stream_is_cut():
    whole = b"".join(frame(*each) for each in SENT * 2)
    for step in range(1, len(whole) + 1):
        taken = Frames()
        found = [
            (kind, key, bytes(packed))
            for start in range(0, len(whole), step)
            for kind, key, packed in list(taken.add(whole[start : start + step]))
        ]
        assert found == SENT * 2


def test_a_frame_is_there_as_soon_as_its_last_byte_is():
    for kind, key, packed in SENT:
        whole, taken = frame(kind, key, packed), Frames()
        arrived = [len(list(taken.add(whole[place : place + 1]))) for place in range(len(whole))]
        assert arrived == [0] * (len(whole) - 1) + [1]


def test_frames_pass_through_a_pipe_that_holds_less():
    large = [*SENT, *((CALL, key, bytes([key]) * 100_000) for key in range(9))]
    reading, writing = (os.fdopen(end, mode, 0) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))

    def send():
        with writing:
            write(writing, b"".join(frame(*each) for each in large))

    threading.Thread(target=send, daemon=True).start()
    with reading:
        groups = [[(kind, key, bytes(packed)) for kind, key, packed in group] for group in frames(reading)]
    assert [each for group in groups for each in group] == large
    assert all(groups)


def test_a_queue_gives_its_tasks_in_order_without_those_that_were_cancelled():
    queue, tasks = TaskQueue(), [Task(math.hypot, (each, 0)) for each in range(6)]
    assert queue.first() is None
    for task in tasks:
        queue.add(task)
    tasks[0].cancelled = tasks[1].cancelled = tasks[4].cancelled = True
    assert [queue.first(), queue.first(), queue.take(), queue.take()] == [tasks[2], tasks[2], tasks[2], tasks[3]]
    queue.put_back([tasks[2], tasks[3]])
    assert queue.empty() == [tasks[2], tasks[3], tasks[5]]
    assert queue.first() is None
    assert len(queue) == 0
