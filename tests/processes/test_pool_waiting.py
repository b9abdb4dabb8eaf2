"""Who waits in this process for a task or for its outcome, or takes one to run it here, is told in time."""

import math
import os
import threading
from queue import SimpleQueue
from time import monotonic

import pytest

from shuzi.processes.pool import Crashed, Pool


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
