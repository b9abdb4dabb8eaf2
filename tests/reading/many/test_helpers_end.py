"""Processes that help with reading need no guard, run nothing foreign and end with whoever started them."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from shuzi.models.store import shipped
from shuzi.processes.cores import cores

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif("default" not in shipped(), reason="the default model is not made yet"),
    pytest.mark.skipif(cores() == 1, reason="on one core nobody helps"),
]


def texts(readings):
    return [each.text for each in readings]


def run(program, folder, *options):
    return subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(program)],
        cwd=folder,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )


def test_a_script_needs_no_guard_and_may_end_in_the_middle(reader, pages, tmp_path):
    np.save(tmp_path / "pages.npy", np.stack(pages))
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import numpy as np, shuzi
            pages = list(np.load("pages.npy"))
            print("".join(each.text for each in shuzi.load().read_many(pages)))
            reader = shuzi.load()
            readings = reader.read_many(pages * 5)
            print(next(readings).text)
        """),
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, check=True, encoding="utf-8")
    expected = texts(map(reader.read, pages))
    assert done.stdout.split() == ["".join(expected), expected[0]]
    assert done.stderr == ""


def test_nothing_is_imported_from_a_folder_of_pictures(pages, tmp_path):
    np.save(tmp_path / "pages.npy", np.stack(pages))
    for name in ("base64", "cv2", "pickle", "queue"):
        (tmp_path / f"{name}.py").write_text("import os; os.kill(os.getppid(), 9)", encoding="utf-8")
    program = """
        import numpy as np, shuzi
        reader = shuzi.load()
        for _ in range(20):
            list(reader.read_many(list(np.load("pages.npy"))))
    """
    assert run(program, tmp_path, "-P").stderr == ""  # which no child inherits


def test_no_process_is_left_when_the_one_that_asked_is_killed(pages, tmp_path):
    np.save(tmp_path / "pages.npy", np.stack(pages))
    program = """
        import os, signal, numpy as np, shuzi
        reader = shuzi.load()
        readings = reader.read_many([np.full((2_000, 2_000), 255, np.uint8)] * 40)
        for _ in range(3):
            next(readings)
        while not reader._processes.pool.pids:
            pass
        print(*reader._processes.pool.pids, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    helpers = [int(each) for each in process.stdout.readline().split()]
    assert process.wait() == -signal.SIGKILL
    # the helpers inherited nothing of that pipe but stderr, so only the system can tell when they are gone
    assert helpers
    for number in helpers:
        wait_for_the_end_of(number)
    process.stdout.close()


def wait_for_the_end_of(number):
    while True:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        threading.Event().wait(0.02)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_leaves_its_parents_helpers_alone(pages, tmp_path):
    np.save(tmp_path / "pages.npy", np.stack(pages))
    program = """
        import os, sys, numpy as np, shuzi
        pages = list(np.load("pages.npy"))
        reader = shuzi.load()
        first = [each.text for each in reader.read_many(pages)]
        while not reader._processes.pool.pids:
            pass
        helpers = reader._processes.pool.pids
        child = os.fork()
        if not child:
            os._exit(0 if [each.text for each in reader.read_many(pages)] == first else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert [each.text for each in reader.read_many(pages)] == first
        assert helpers and helpers == reader._processes.pool.pids
    """
    run(program, tmp_path)
