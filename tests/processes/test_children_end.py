"""What ends the process that asks, or cannot begin, leaves no child."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest


def run(program, **options):
    given = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(given, capture_output=True, encoding="utf-8", **options)


PATH = "import sys; sys.path.insert(0, {path!r})\nfrom shuzi.processes.child import Children\n"
START = "from shuzi.processes.serving import Limits\nchildren, enough = Children('obedient'), Limits(60, 10**9)\n"


def program(module, tmp_path, text):
    return PATH.format(path=str(tmp_path)) + START + textwrap.dedent(text)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_children_of_its_own(module, tmp_path):
    text = """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
        def number():
            return children.ask({"do": "echo"}, b"", 9, enough)[0]["number"]
        before = number()
        forked = os.fork()
        if not forked:
            own = number()
            children.cancel()
            os._exit(0 if own != before and own == own else 1)
        assert os.waitpid(forked, 0)[1] == 0
        assert number() == before
    """
    done = run(program(module, tmp_path, text))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells in files which processes there are")
@pytest.mark.parametrize("do", ["echo", "sleep", "loop"])
def test_no_child_outlives_the_process_that_asked(module, tmp_path, do, wait_for_the_end_of):
    text = """
        import os, signal, threading
        children.ask({"do": "echo"}, b"", 9, enough)
        print(*children.pids, flush=True)
        asking = lambda: children.ask({"do": DO}, b"", 9, Limits(3, 10**9))
        threading.Thread(target=asking, daemon=True).start()
        while DO != "echo" and not children._working:
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = run(program(module, tmp_path, text.replace("DO", repr(do))))
    assert done.returncode == -signal.SIGKILL
    wait_for_the_end_of(int(done.stdout))


def test_ctrl_c_ends_a_job_at_once_and_leaves_nothing(module, tmp_path, wait_for_the_end_of):
    text = """
        import os, signal, threading
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        children.ask({"do": "echo"}, b"", 9, enough)
        print(*children.pids, flush=True)
        def interrupt():
            while not children._working:
                pass
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt).start()
        children.ask({"do": "sleep"}, b"", 9, Limits(1e6, 10**9))
    """
    done = run(program(module, tmp_path, text))
    assert done.stderr.endswith("KeyboardInterrupt\n")
    wait_for_the_end_of(int(done.stdout))


def test_the_end_of_a_program_leaves_no_child_and_says_nothing(module, tmp_path, wait_for_the_end_of):
    text = """
        children.ask({"do": "echo"}, b"", 9, enough)
        print(*children.pids)
    """
    done = run(program(module, tmp_path, text))
    assert (done.returncode, done.stderr) == (0, "")
    wait_for_the_end_of(int(done.stdout))
