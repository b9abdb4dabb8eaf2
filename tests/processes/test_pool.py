"""A pool of processes does what its calls say, whatever becomes of the processes."""

import math
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from shuzi.errors import ShuziError
from shuzi.processes.pool import Pool
from shuzi.processes.pool_frames import CALL, Frames, frame
from shuzi.processes.pool_task import SMALL, Crashed, Late, Spent, Unreadable

MODULE = """
import os, signal, threading

class Model:
    def __init__(self, weights):
        self.weights = weights

def identity(given):
    return given

def use(model, factor):
    return model.weights[0] * factor, os.getpid()

def same(both):
    return both[0] is both[1].weights

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def die_once(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)

def die_once_then_read(path, pipe):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        with open(pipe) as waits:
            return waits.read()
    os.kill(os.getpid(), signal.SIGKILL)

def hang():
    threading.Event().wait()

def unreadable():
    return threading.Lock()

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)

def odd():
    raise Odd(1, 2)

def begin():
    Model.begun = True

def begun():
    return Model.begun
"""


@pytest.fixture
def calls(tmp_path, monkeypatch):
    (tmp_path / "calls_for_tests.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import calls_for_tests

    yield calls_for_tests
    del sys.modules["calls_for_tests"]


@pytest.fixture
def pool(calls):
    found = Pool(2)
    yield found
    found.close()


def ask(pool, call, *given, **options):
    return pool.result(pool.submit(call, *given, **options))


def wait_for_the_end_of(number):
    while True:
        try:
            with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return
        except (FileNotFoundError, ProcessLookupError):
            return


def test_frames_are_the_same_however_the_stream_is_cut():
    whole = b"".join(frame(CALL, number, b"x" * number) for number in (0, 1, 17, 300))
    for step in (1, 7, 16, 17, 18, 100, len(whole)):
        taken = Frames()
        found = [
            (number, bytes(packed))
            for start in range(0, len(whole), step)
            for _, number, packed in list(taken.add(whole[start : start + step]))
        ]
        assert found == [(number, b"x" * number) for number in (0, 1, 17, 300)]


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


def test_what_a_killed_process_was_at_is_done_by_another_and_nothing_is_lost(pool, calls, tmp_path):
    ask(pool, os.getpid)
    before = pool.pids
    once = pool.submit(calls.die_once, str(tmp_path / "once"))
    others = [pool.submit(calls.identity, each) for each in range(50)]
    assert pool.result(once) not in before
    assert [pool.result(each) for each in others] == list(range(50))


def test_a_call_that_kills_its_process_twice_is_given_up_alone(pool, calls):
    tasks = [pool.submit(calls.die), *(pool.submit(calls.identity, each) for each in range(20))]
    with pytest.raises(Crashed):
        pool.result(tasks[0])
    assert [pool.result(each) for each in tasks[1:]] == list(range(20))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_nothing_waits_behind_a_call_that_is_tried_again(calls, tmp_path):
    pool = Pool(1)
    os.mkfifo(tmp_path / "pipe")
    once = pool.submit(calls.die_once_then_read, str(tmp_path / "once"), str(tmp_path / "pipe"))
    others = [pool.submit(calls.identity, each) for each in range(5)]
    with (tmp_path / "pipe").open("w") as pipe:  # opens as soon as the second try reads
        assert pool.waiting > 0  # the others are in the queue still, for whoever is free
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
    pool = Pool(1, begin=calls.begin, seconds=0.5)
    spins, next_one = pool.submit(exec, "while True: pass"), pool.submit(os.getpid)
    with pytest.raises(Spent):
        pool.result(spins)
    assert pool.result(next_one) == pool.pids[0]
    assert pool.replaced == 1
    pool.close()


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
    assert ask(pool, calls.use, 6, shared=model) == (42, pool.pids[0])
    both = pool.share((weights, calls.Model(weights)), shared)
    assert ask(pool, calls.same, shared=both)
    os.kill(pool.pids[0], signal.SIGKILL)
    assert ask(pool, calls.use, 6, shared=model)[0] == 42  # the next process is sent it too
    pool.close()


def test_the_first_call_of_each_process_is_the_one_that_begins(calls):
    pool = Pool(1, begin=calls.begin)
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


def test_a_pool_that_is_closed_leaves_no_process_and_nobody_waiting(calls):
    pool = Pool(1)
    tasks = [pool.submit(calls.hang), pool.submit(os.getpid, size=SMALL + 1)]
    while not pool.pids:
        pass
    (number,) = pool.pids
    pool.close()
    for each in (*tasks, pool.submit(os.getpid)):
        with pytest.raises(Crashed):
            pool.result(each)
    wait_for_the_end_of(number)


def test_where_no_process_can_be_started_who_waits_is_told(calls, monkeypatch):
    pool = Pool(2)
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(ShuziError) as caught:
        ask(pool, os.getpid)
    assert caught.value.key == "error.processes.python"
    monkeypatch.undo()
    assert ask(pool, os.getpid) in pool.pids
    pool.close()


def run(program, **options):
    given = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_on_a_terminal_reaches_no_process_of_a_pool():
    program = """
        import os, signal
        from shuzi.processes.pool import Pool
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        pool = Pool(1)
        before = pool.result(pool.submit(os.getpid))
        try:
            print(before, flush=True)
            signal.pause()
        except KeyboardInterrupt:
            assert pool.result(pool.submit(os.getpid)) == before
            print("still there")
    """
    process = run(program, start_new_session=True)  # the group that a terminal would send it to
    assert process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate() == ("still there\n", "")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells in files which processes there are")
def test_no_process_of_a_pool_outlives_the_one_that_asked():
    program = """
        import os, signal, time
        from shuzi.processes.pool import Pool
        pool = Pool(2)
        pool.result(pool.submit(os.getpid))
        print(*pool.pids, flush=True)
        pool.submit(time.sleep, 600)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    out, _ = run(program).communicate()
    assert out.split()
    for each in out.split():
        wait_for_the_end_of(int(each))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_processes_of_its_own():
    program = """
        import os
        from shuzi.processes.pool import Pool
        pool = Pool(1)
        before = pool.result(pool.submit(os.getpid))
        forked = os.fork()
        if not forked:
            own = pool.result(pool.submit(os.getpid))
            pool.close()
            os._exit(0 if own != before else 1)
        assert os.waitpid(forked, 0)[1] == 0
        assert pool.result(pool.submit(os.getpid)) == before
    """
    process = run(program)
    assert process.communicate() == ("", "")
    assert process.returncode == 0
