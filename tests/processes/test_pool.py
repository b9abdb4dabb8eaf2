"""A pool of processes does what its calls say, whatever becomes of the processes, and who waits is told in time."""

import math
import os
import signal
import sys
import threading
from queue import SimpleQueue
from time import monotonic

import pytest

from shuzi.processes.pool import SMALL, Crashed, Late, Pool, Spent, Unreadable
from shuzi.processes.pool_worker import ANSWER, CALL, FORGET, KEEP, frame, receive
from shuzi.processes.serving import write


def ask(pool, call, *given, **options):
    return pool.result(pool.submit(call, *given, **options))


def test_results_are_those_of_the_calls_in_whichever_order_they_are_asked_for(pool):
    tasks = [pool.submit(math.hypot, 3.0 * each, 4.0 * each) for each in range(100)]
    assert [pool.result(each) for each in reversed(tasks)] == [5.0 * each for each in reversed(range(100))]
    assert len(pool.pids) <= 2
    assert os.getpid() not in pool.pids


@pytest.mark.parametrize("patient", [True, False])
def test_calls_and_results_larger_than_a_pipe_block_nobody(pool, calls, patient):
    large = [bytes([each]) * 3_000_000 for each in range(8)]
    options = {"size": 3_000_000, "patient": patient}
    small = [pool.submit(calls.identity, each) for each in range(20)]
    tasks = [pool.submit(calls.identity, each, **options) for each in large]
    assert [pool.result(each) for each in tasks] == large
    assert [pool.result(each) for each in small] == list(range(20))


def test_a_large_task_is_with_a_free_process_before_who_submits_it_goes_on(pool, calls):
    ask(pool, os.getpid)
    assert not pool.cancel(pool.submit(calls.hang, size=SMALL + 1))


def test_what_a_killed_process_was_at_is_done_by_another_and_nothing_is_lost(pool, calls, tmp_path):
    ask(pool, os.getpid)
    before = pool.pids
    once = pool.submit(calls.die_once, str(tmp_path / "once"))
    others = [pool.submit(calls.identity, each) for each in range(50)]
    assert pool.result(once) not in before
    assert [pool.result(each) for each in others] == list(range(50))


def test_a_call_that_kills_its_process_twice_is_given_up_alone(pool, calls, tmp_path):
    tasks = [
        pool.submit(calls.die, str(tmp_path / "tries")),
        *(pool.submit(calls.identity, each) for each in range(20)),
    ]
    with pytest.raises(Crashed):
        pool.result(tasks[0])
    assert (tmp_path / "tries").read_text("utf-8") == "xx"
    assert [pool.result(each) for each in tasks[1:]] == list(range(20))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_nothing_waits_behind_a_call_that_is_tried_again(calls, tmp_path):
    pool = Pool(1)
    os.mkfifo(tmp_path / "pipe")
    once = pool.submit(calls.die_once_then_read, str(tmp_path / "once"), str(tmp_path / "pipe"))
    others = [pool.submit(calls.identity, each) for each in range(5)]
    with (tmp_path / "pipe").open("w") as pipe:  # opens as soon as the second try reads
        assert pool.waiting > 0  # the others are in the queue still, for whoever is free
        taken = pool.take_until(once)
        assert taken is others[0]
        pool.put_back(taken)
        pipe.write("done")
    assert pool.result(once) == "done"
    assert [pool.result(each) for each in others] == list(range(5))
    pool.close()


def test_a_process_that_was_killed_while_nobody_asked_is_replaced(pool):
    first = ask(pool, os.getpid)
    os.kill(first, signal.SIGKILL)
    assert ask(pool, os.getpid) != first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count a process's seconds")
def test_a_call_that_uses_up_its_seconds_is_ended_and_not_tried_again(calls):
    pool = Pool(1, initializer=calls.begin, cpu_seconds=0.5)
    spins, next_one = pool.submit(exec, "while True: pass"), pool.submit(os.getpid)
    with pytest.raises(Spent):
        pool.result(spins)
    assert pool.result(next_one) == pool.pids[0]
    assert pool.replaced == 1
    pool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count a process's seconds")
def test_a_call_may_take_any_time_unless_that_is_limited(pool):
    assert ask(pool, signal.getitimer, signal.ITIMER_PROF) == (0.0, 0.0)


def test_what_takes_too_long_is_ended_with_its_process_and_not_tried_again(calls):
    pool = Pool(1)
    hangs, next_one = pool.submit(calls.hang), pool.submit(os.getpid)
    while not pool.end_late(0.01):
        pass
    with pytest.raises(Late):
        pool.result(hangs)
    assert pool.result(next_one) == pool.pids[0]
    assert pool.replaced == 1
    pool.close()


def test_of_those_that_take_too_long_only_the_one_meant_is_ended(pool, calls):
    first, second = (pool.submit(calls.hang, size=SMALL + 1) for _ in range(2))
    while not pool.blocked(0.0):  # until both have begun
        assert pool.end_late(3600.0) == 0
    assert pool.end_late(0.0, first) == 1
    with pytest.raises(Late):
        pool.result(first)
    assert not second.done
    assert not pool.blocked(0.0)
    assert pool.end_late(0.0) == 1
    with pytest.raises(Late):
        pool.result(second)


def test_processes_are_there_before_there_is_a_task_and_the_one_with_least_to_do_has_the_next(pool, calls):
    pool.warm()
    while len(pool.pids) < 2:
        pass
    before = set(pool.pids)
    assert {ask(pool, os.getpid) for _ in range(4)} <= before
    pool.submit(calls.hang)
    assert ask(pool, os.getpid) in before  # not behind the one that hangs


def test_there_are_no_more_processes_than_tasks_and_than_the_most(pool):
    nobody, threads = Pool(0), threading.active_count()  # each process has one here
    nobody.submit(os.getpid)
    nobody.warm()
    assert threading.active_count() <= threads
    task = pool.submit(os.getpid)
    pool.feed()
    assert threading.active_count() <= threads + 1
    pool.result(task)
    pool.warm()
    threads = threading.active_count()
    pool.warm()
    assert threading.active_count() <= threads
    nobody.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_task_waits_for_the_process_there_is_if_no_other_can_be_started(pool, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    only = ask(pool, os.getpid)
    monkeypatch.setattr(sys, "executable", "")
    begun = pool.submit(exec, f"open({str(tmp_path / 'pipe')!r}).read()", size=SMALL + 1)
    waits = pool.submit(os.getpid, size=SMALL + 1)
    with (tmp_path / "pipe").open("w"):
        assert not waits.done
    assert pool.result(begun) is None
    assert pool.result(waits) == only


def test_what_nobody_shares_any_more_is_forgotten_by_the_processes(calls):
    pool = Pool(1)
    first, second = pool.share([7]), pool.share([8, 9])
    assert [ask(pool, len, shared=first), ask(pool, len, shared=second), ask(pool, calls.kept)] == [1, 2, 2]
    del first
    assert [ask(pool, calls.kept), ask(pool, len, shared=second)] == [1, 2]
    pool.close()


def test_what_does_not_survive_the_way_is_said_so(pool, calls):
    for call, given in ((calls.identity, (threading.Lock(),)), (calls.unreadable, ()), (calls.odd, ())):
        with pytest.raises(Unreadable):
            ask(pool, call, *given)
    with pytest.raises(ValueError, match="invalid literal"):
        ask(pool, int, "a")


def test_a_shared_object_is_sent_once_and_parts_that_others_share_stay_one(calls):
    pool = Pool(1)
    weights = [7] * 100_000
    shared = pool.share(weights)
    model = pool.share(calls.Model(weights), shared)
    assert len(model.packed) < 1_000
    ask(pool, list.append, 8, shared=shared)
    assert ask(pool, len, shared=shared) == 100_001  # the process keeps the one it was sent
    assert ask(pool, calls.use, 6, shared=model) == (42, pool.pids[0])
    both = pool.share((weights, calls.Model(weights)), shared)
    assert ask(pool, calls.same, shared=both)
    os.kill(pool.pids[0], signal.SIGKILL)
    assert ask(pool, calls.use, 6, shared=model)[0] == 42  # the next process is sent it too
    pool.close()


def test_the_first_call_of_each_process_is_the_one_that_begins(calls):
    pool = Pool(1, initializer=calls.begin)
    assert ask(pool, calls.begun)
    os.kill(pool.pids[0], signal.SIGKILL)
    assert ask(pool, calls.begun)
    pool.close()


def test_a_task_that_is_cancelled_before_it_began_is_never_done(calls, tmp_path):
    pool = Pool(1)
    hangs = pool.submit(calls.hang, size=SMALL + 1)
    while not pool.pids:
        pass
    waits = pool.submit(calls.die_once, str(tmp_path / "once"), size=SMALL + 1)
    assert pool.cancel(waits)
    assert not pool.cancel(hangs)
    pool.end_late(0.0)
    assert ask(pool, os.getpid) == pool.pids[0]
    assert not (tmp_path / "once").exists()
    pool.close()


def test_a_task_that_was_sent_and_has_not_begun_is_not_late_and_can_be_cancelled(pool, calls):
    ask(pool, os.getpid)
    begun, next_one = pool.submit(calls.hang), pool.submit(calls.hang)
    assert pool.waiting == 0.0  # both are with the process
    assert pool.end_late(0.0, next_one) == 0
    assert [pool.cancel(begun), pool.cancel(next_one)] == [False, True]


class Watched(threading.Condition):
    """Says that somebody waits; who then takes the lock finds them waiting."""

    def __init__(self):
        super().__init__()
        self.waited_for = threading.Event()

    def wait(self, timeout=None):
        self.waited_for.set()
        return super().wait(timeout)


def test_a_task_that_is_put_back_goes_to_who_already_waits_for_one():
    pool = Pool(0)
    pool.changed = Watched()
    task, wanted = pool.submit(os.getpid), pool.submit(os.getpid)
    assert [pool.take_until(wanted), pool.take_until(wanted)] == [task, wanted]
    taken = SimpleQueue()
    threading.Thread(target=lambda: taken.put(pool.take_until(wanted)), daemon=True).start()
    pool.changed.waited_for.wait()
    pool.put_back(task)
    assert taken.get(timeout=30) is task
    pool.close()


def test_a_new_task_goes_to_who_already_waits_for_one():
    pool = Pool(0)
    pool.changed = Watched()
    wanted, taken = pool.submit(os.getpid), SimpleQueue()
    assert pool.take_until(wanted) is wanted
    threading.Thread(target=lambda: taken.put(pool.take_until(wanted)), daemon=True).start()
    pool.changed.waited_for.wait()
    task = pool.submit(os.getpid)
    assert taken.get(timeout=30) is task
    pool.close()


def test_who_takes_a_task_gives_its_outcome():
    pool = Pool(0)
    first, second, third = (pool.submit(os.getpid) for _ in range(3))
    assert pool.take_until(third) is first
    pool.finish(first, 5)
    assert pool.result(first) == 5
    assert pool.take_until(first) is None  # the others stay
    assert pool.take_until(third) is second
    pool.finish(second, problem=Crashed())
    with pytest.raises(Crashed):
        pool.result(second)
    assert [pool.cancel(each) for each in (first, second, third)] == [False, False, True]
    pool.close()


def test_the_oldest_task_tells_how_long_it_has_waited():
    pool, before = Pool(0), monotonic()
    assert pool.waiting == 0.0
    first, second = pool.submit(os.getpid), pool.submit(os.getpid)
    between = monotonic()
    assert monotonic() - between <= pool.waiting <= monotonic() - before
    assert [pool.cancel(first), pool.cancel(second)] == [True, True]
    assert pool.waiting == 0.0


def test_who_asked_is_told_of_a_task_that_is_done_and_not_of_one_that_was_cancelled(pool):
    told = SimpleQueue()
    task = pool.submit(math.hypot, 3.0, 4.0, then=told.put)
    assert told.get(timeout=30) is task
    assert task.value == 5.0
    nobody = Pool(0)
    assert nobody.cancel(nobody.submit(os.getpid, then=told.put))
    given_up = nobody.submit(os.getpid, then=told.put)
    nobody.close()
    assert told.get(timeout=30) is given_up
    assert told.empty()


SENT = [(CALL, 3, b"x" * 300), (KEEP, 40, b""), (ANSWER, 0, b"x"), (CALL, 2**40, b"y" * 17), (FORGET, 9, b"")]


@pytest.fixture
def pipe():
    """Return both ends of a pipe, neither of them buffered."""
    reading, writing = (os.fdopen(end, mode, 0) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    with reading, writing:
        yield reading, writing


def test_frames_are_the_same_however_the_stream_is_cut(pipe):
    reading, writing = pipe
    whole = b"".join(frame(*each) for each in SENT)

    def send():
        for step in range(1, len(whole) + 1):
            for start in range(0, len(whole), step):
                writing.write(whole[start : start + step])

    threading.Thread(target=send, daemon=True).start()
    for _ in whole:
        assert [receive(reading) for _ in SENT] == SENT


def test_a_frame_is_there_as_soon_as_its_last_byte_is(pipe):
    reading, writing = pipe
    for each in SENT:
        *first, last = frame(*each)
        found = SimpleQueue()
        threading.Thread(target=lambda found=found: found.put(receive(reading)), daemon=True).start()
        writing.write(bytes(first))
        assert found.empty()
        writing.write(bytes([last]))
        assert found.get(timeout=30) == each


def test_frames_pass_through_a_pipe_that_holds_less(pipe):
    reading, writing = pipe
    large = [*SENT, *((CALL, key, bytes([key]) * 100_000) for key in range(9))]

    def send():
        with writing:
            write(writing, b"".join(frame(*each) for each in large))

    threading.Thread(target=send, daemon=True).start()
    assert [receive(reading) for _ in large] == large
    with pytest.raises(EOFError):
        receive(reading)
