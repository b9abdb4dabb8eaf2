"""Where a process reads nothing, and its pipe is full, only who is patient waits, and nobody writes in between."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from shuzi.processes.pool import Pool

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no signal stops a process here")

LARGE = bytes(range(250)) * 12_000  # more than any pipe holds


@pytest.fixture
def stopped(calls):
    """Return a pool with one process, and a function that lets that process go on."""
    pool = Pool(1)
    number = pool.result(pool.submit(os.getpid))
    os.kill(number, signal.SIGSTOP)
    yield pool, lambda: os.kill(number, signal.SIGCONT)
    pool.close()


def test_who_is_not_patient_goes_on_while_a_large_task_is_sent(stopped, calls):
    pool, go_on = stopped
    task = pool.submit(calls.identity, LARGE, size=len(LARGE), patient=False)
    assert not task.done
    go_on()
    assert pool.result(task) == LARGE


def test_nobody_else_sends_to_a_process_while_a_task_is_sent(stopped, calls):
    pool, go_on = stopped
    large = []
    sends = threading.Thread(target=lambda: large.append(pool.submit(calls.identity, LARGE)), daemon=True)
    sends.start()
    while not pool.blocked(0.0):  # until the large one is on its way
        pass
    small = pool.submit(calls.identity, 1)
    assert sends.is_alive()
    assert pool.waiting > 0.0
    go_on()
    sends.join()
    assert (pool.result(small), pool.result(*large)) == (1, LARGE)


def test_a_program_ends_while_a_task_is_sent(wait_for_the_end_of):
    program = """
        import os, signal
        from shuzi.processes.pool import Pool
        pool = Pool(1)
        number = pool.result(pool.submit(os.getpid))
        os.kill(number, signal.SIGSTOP)
        pool.submit(len, bytes(3_000_000), size=3_000_000, patient=False)
        print(number)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    wait_for_the_end_of(int(done.stdout))
