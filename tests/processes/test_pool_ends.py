"""What ends a pool, Ctrl-C, a kill or a fork, leaves no process and nobody waiting."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from shuzi.errors import ShuziError
from shuzi.processes.pool import SMALL, Crashed, Pool


def ask(pool, call, *given, **options):
    return pool.result(pool.submit(call, *given, **options))


def test_a_pool_that_is_closed_leaves_no_process_and_nobody_waiting(calls, wait_for_the_end_of):
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that only asks")
def test_the_processes_of_a_pool_are_gone_once_it_is_closed(pool, calls):
    number = ask(pool, os.getpid)
    tasks = [pool.submit(calls.hang), pool.submit(os.getpid)]
    assert pool.waiting == 0.0  # both are with the process
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    for each in tasks:
        with pytest.raises(Crashed):
            pool.result(each)


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
def test_no_process_of_a_pool_outlives_the_one_that_asked(wait_for_the_end_of):
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
        import os, warnings
        from shuzi.processes.pool import Pool
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells in files which processes there are")
def test_no_process_of_a_pool_outlives_the_one_that_asked_in_a_fork_of_it(wait_for_the_end_of):
    program = """
        import os, signal
        from shuzi.processes.pool import Pool
        pool = Pool(1)
        number = pool.result(pool.submit(os.getpid))
        forked = os.fork()
        if not forked:
            os.close(1)
            os.close(2)
            signal.pause()
        print(number, forked, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    number, forked = map(int, run(program).communicate()[0].split())
    try:
        wait_for_the_end_of(number)
    finally:
        os.kill(forked, signal.SIGKILL)
