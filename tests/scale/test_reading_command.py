"""The command that reads on a cluster: killed, interrupted, without space, given what is wrong."""

import contextlib
import signal
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


COMMAND = [sys.executable, "-P", "-m", "shuzi", "--lang", "en", "scale", "read"]


def written(process, output, count):
    """Wait until a command has written so many files; looking all the time would take the core from it."""
    while len(list(output.glob("part-*"))) < count:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            pytest.fail(process.stdout.read().decode())


def test_a_command_that_was_killed_goes_on(nodes, folder, rows, tmp_path):
    place, output = folder(300), tmp_path / "out"
    command = [*COMMAND, place, output, "--address", nodes.address, "--rows-per-file", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as first:
        written(first, output, 5)
        first.kill()
    before = {path.name: path.stat().st_ino for path in output.glob("part-*")}
    assert 5 <= len(before) < 30
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    after = {path.name: path.stat().st_ino for path in output.glob("part-*")}
    assert len(after) == 30
    # actors of the first may have finished what they were at
    assert before.items() <= after.items()
    told = int(again.stderr.partition(" of 30 files already written")[0].rpartition("\n")[2])
    assert told >= len(before)
    assert set(rows(output)) == {f"{place}/{number:04}.png" for number in range(300)}
    third = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "30 of 30 files already written" in third.stderr
    assert {path.name: path.stat().st_ino for path in output.glob("part-*")} == after


def heed_ctrl_c():
    """Undo what a shell does to what it runs in the background: it lets it ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_the_command_and_what_it_started(folder, tmp_path):
    place, output = folder(200), tmp_path / "out"
    command = [*COMMAND, place, output, "--rows-per-file", "5"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=heed_ctrl_c
    ) as running:
        written(running, output, 1)
        running.send_signal(signal.SIGINT)
        told = running.communicate()[0].decode()
    assert running.returncode == 130, told
    assert "Traceback" not in told


def test_no_space_for_the_output_is_told_in_one_sentence(nodes, folder, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot make a small disk: {mounted.stderr.decode()}")
    try:
        command = [*COMMAND, folder(400), small / "out", "--address", nodes.address, "--rows-per-file", "100"]
        ended = subprocess.run(command, capture_output=True, text=True)
    finally:
        subprocess.run(["umount", small], check=True)
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [line for line in ended.stderr.splitlines() if line.startswith("Error")] == ended.stderr.splitlines()[-1:]


def test_the_command_tells_what_is_wrong_in_one_sentence(tmp_path):
    for given, told in (
        (["--address", "nonsense"], "not a cluster address"),
        (["--model", "nobody"], "nobody"),
    ):
        command = [*COMMAND, tmp_path / "none", tmp_path / "out", *given]
        ended = subprocess.run(command, capture_output=True, text=True)
        assert ended.returncode == 1
        assert told in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
