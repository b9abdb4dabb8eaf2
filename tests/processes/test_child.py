"""Children of a module that does whatever it is told, also what it should not, and whatever ends who asks."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shuzi.errors import ShuziError
from shuzi.processes import child as children_of
from shuzi.processes.child import JOBS, Cancelled, Child, Children, Ended, OutOfMemory, OutOfTime
from shuzi.processes.cores import cores
from shuzi.processes.serving import Limits

ENOUGH = Limits(60, 1_000_000_000)


def ask(children, do, body=b"", limits=ENOUGH, most=100_000_000, **more):
    return children.ask({"do": do, **more}, body, most, limits)


def test_one_child_does_one_job_after_another(children):
    bodies = [b"", b"x", bytes(range(256)) * 40_000]
    said = [ask(children, "echo", body) for body in bodies]
    assert [bytes(body) for _, body in said] == bodies
    assert {header["number"] for header, _ in said} == set(children.pids)
    assert len(children.pids) == 1
    assert os.getpid() not in children.pids


def test_threads_share_as_many_children_as_there_are_cores(children):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda turn: ask(children, "echo", b"%d" % turn), range(64)))
    assert [bytes(body) for _, body in found] == [b"%d" % turn for turn in range(64)]
    assert 1 <= len(children.pids) <= cores()


@pytest.mark.parametrize("do", ["loop", "sleep"])
def test_a_job_that_does_not_end_is_ended_and_the_next_one_is_done(children, do, wait_for_the_end_of):
    (before,) = {ask(children, "echo")[0]["number"]}
    with pytest.raises(OutOfTime):
        ask(children, do, limits=Limits(0.2, 1_000_000_000))
    wait_for_the_end_of(before)
    assert before not in children.pids
    assert ask(children, "echo")[0]["number"] != before


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not limit a process's memory")
def test_a_job_that_takes_too_much_memory_fails_where_less_would_do(children):
    assert ask(children, "take", pieces=5)[0]["pieces"] == 5
    with pytest.raises(Ended):
        ask(children, "take", pieces=50, limits=Limits(60, 300_000_000))
    assert ask(children, "take", pieces=50)[0]["pieces"] == 50  # the limit is that of the job


def test_where_the_system_limits_no_memory_the_parent_watches(children, monkeypatch):
    pytest.importorskip("psutil")
    monkeypatch.setattr(children_of, "SYSTEM_HOLDS_MEMORY", False)
    with pytest.raises(OutOfMemory):
        ask(children, "hold", bytes=300_000_000, limits=Limits(1e6, 200_000_000))
    assert ask(children, "echo")[0]["number"] in children.pids


def test_a_child_that_crashes_or_lies_is_replaced(children):
    for do in ("crash", "lie"):
        with pytest.raises(Ended) as caught:
            ask(children, do)
        assert type(caught.value) is Ended
        assert ask(children, "echo", b"1")[1] == b"1"


def test_an_answer_that_is_longer_than_agreed_is_none(children):
    with pytest.raises(Ended):
        ask(children, "echo", bytes(1_000), most=999)
    assert ask(children, "echo", bytes(1_000), most=1_000)[1] == bytes(1_000)


def test_a_child_that_was_killed_while_nobody_asked_is_replaced(children, wait_for_the_end_of):
    (number,) = {ask(children, "echo")[0]["number"]}
    os.kill(number, signal.SIGKILL)
    wait_for_the_end_of(number)
    assert ask(children, "echo")[0]["number"] != number


def test_what_a_child_prints_disturbs_no_answer_and_the_last_of_it_is_kept(module, capfd):
    one = Child(module)
    assert one.ask({"do": "say"}, b"body", 100, ENOUGH)[1] == b"body"
    one.close()
    assert 0 < len(one.remarks) < 200_000
    assert capfd.readouterr() == ("", "")


def test_who_a_child_has_started_ends_with_it(children, wait_for_the_end_of):
    other = ask(children, "start")[0]["other"]
    children.cancel()
    wait_for_the_end_of(other)


def test_a_child_has_neither_secrets_nor_files_to_write(children, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET", "word")
    assert ask(children, "secret")[0]["secret"] == ""
    if sys.platform != "win32":
        with pytest.raises(Ended):
            ask(children, "write", path=str(tmp_path / "written"))
        assert (tmp_path / "written").read_bytes() == b""


def test_a_child_that_says_so_or_has_done_many_jobs_is_replaced(children):
    last = ask(children, "last")[0]["number"]
    numbers = [ask(children, "echo")[0]["number"] for _ in range(JOBS + 1)]
    assert last not in numbers
    assert len({*numbers[:JOBS]}) == 1
    assert numbers[JOBS] != numbers[0]


def test_cancelling_ends_what_is_being_done_and_the_next_job_is_done(children):
    ask(children, "echo")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ask, children, "sleep")
        while not children._working:
            pass
        children.cancel()
        with pytest.raises(Cancelled):
            waiting.result()
    assert ask(children, "echo", b"1")[1] == b"1"


def test_jobs_that_are_to_be_alone_never_meet(children):
    def do(_):  # jobs that meet have a child each
        return children.ask({"do": "echo"}, bytes(1_000_000), 100_000_000, ENOUGH, alone=True)[0]["number"]

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(do, range(12)))) == 1


def test_a_program_with_python_inside_starts_nothing_and_says_so(children, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(ShuziError) as caught:
        ask(children, "echo")
    assert caught.value.key == "error.processes.python"


def test_a_module_that_does_not_start_is_an_error_with_its_last_words(tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("raise RuntimeError('as it is')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ShuziError, match="RuntimeError: as it is"):
        ask(Children("broken"), "echo")


def test_nothing_is_imported_from_the_working_folder(children, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere"
    other.mkdir()
    for name in ("json", "struct", "queue"):
        (other / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(other)
    assert ask(children, "echo")[0]["cwd"] == str(other)


def test_who_waits_for_a_child_is_told_when_one_is_free(children, monkeypatch):
    monkeypatch.setattr("shuzi.processes.child.cores", lambda: 1)
    done = threading.Event()

    def both(turn):
        found = ask(children, "echo", b"%d" % turn)[1]
        done.set()
        return bytes(found)

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(both, range(9))) == [b"%d" % turn for turn in range(9)]
    assert len(children.pids) == 1


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
