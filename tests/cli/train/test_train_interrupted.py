"""A training that is interrupted, killed or disturbed goes on or ends in order."""

import os
import signal
import subprocess

import numpy as np
import pytest

from shuzi.training.run_folder import RunFolder, read_metrics

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_ctrl_c_saves_and_the_training_goes_on_as_if_nothing_had_been(
    start, shuzi, finished_run, tmp_path, number, checkpoint_of
):
    process = start("train", "--steps", 2_000_000, "--save-every", 1_000_000, "--out", "run")
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(number)
    _, err = process.communicate()
    step, _ = checkpoint_of(tmp_path / "run")
    assert lines[2].startswith("Step    30")
    assert process.returncode == 130
    assert f"Stopped at step {step} and saved. To continue: python -m shuzi train --resume run\n" in err
    assert "Traceback" not in err
    ended = shuzi("train", "--resume", tmp_path / "run", "--steps", step + 155)
    assert ended.code == 0
    assert f"Step {-(-(step + 1) // 10) * 10:5d}," in ended.out.splitlines()[0]
    assert f"steps {step} to {step + 155}" in ended.err
    whole = finished_run(steps=step + 155, save_every=1_000_000)
    assert checkpoint_of(tmp_path / "run") == checkpoint_of(whole)
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_ctrl_c_asks_and_what_was_before_takes_the_second(capfd, number):
    from shuzi.cli.terminal import until_asked

    seen = []
    before = signal.signal(number, lambda *_: seen.append("second"))
    try:
        with until_asked("train.stopping") as asked:
            assert not asked
            signal.raise_signal(number)
            assert asked
            assert seen == []
            signal.raise_signal(number)
        assert seen == ["second"]
        with until_asked("train.stopping"):
            pass
        signal.raise_signal(number)
        assert seen == ["second", "second"]
    finally:
        signal.signal(number, before)
    assert capfd.readouterr().err == "Saving and stopping. Press Ctrl-C again to quit at once.\n"


def test_ctrl_c_may_come_before_sigterm_asks_too(monkeypatch):
    from shuzi.cli.terminal import until_asked

    install, before = signal.signal, [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    def interrupted(number, handler):
        install(number, handler)
        if number == signal.SIGINT and handler not in before:
            signal.raise_signal(number)

    monkeypatch.setattr(signal, "signal", interrupted)
    with until_asked("train.stopping") as asked:
        assert asked
        assert signal.getsignal(signal.SIGINT) is before[0]
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


# each run is a separate process, but TensorFlow is imported once for all of them
FORKING = """
import os, sys
from shuzi.cli import main
from shuzi.cli.train import import_training

import_training("")
for line in sys.stdin:
    child = os.fork()
    if not child:
        print(os.getpid(), flush=True)
        main(line.split())
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
@pytest.mark.parametrize("kills", [10, pytest.param(30, marks=pytest.mark.long)])
def test_a_training_that_is_killed_many_times_ends_bit_for_bit_as_one_that_is_not(
    start, shuzi, finished_run, tmp_path, kills, checkpoint_of
):
    rng, run = np.random.default_rng(0), tmp_path / "run"
    (tmp_path / "tmp").mkdir()
    forking = start(program=("-c", FORKING), stdin=subprocess.PIPE, TMPDIR=str(tmp_path / "tmp"))
    for kill in range(kills):
        how = f"--resume {run}" if kill else f"--save-every 20 --out {run}"
        forking.stdin.write(f"train --steps 1000000 {how}\n")
        forking.stdin.flush()
        process = int(forking.stdout.readline())
        for _ in range(rng.integers(1, 60)):
            assert forking.stdout.readline().startswith("Step")
        os.kill(process, signal.SIGKILL)
        while not (line := forking.stdout.readline()).startswith("ended"):
            assert line.startswith("Step")
        assert line == f"ended {-signal.SIGKILL}\n"
    forking.communicate()
    assert not list((tmp_path / "tmp").iterdir())
    step, _ = checkpoint_of(run)
    assert step % 20 == 0
    assert shuzi("train", "--resume", run, "--steps", step + 25).code == 0
    whole = finished_run(steps=step + 25, save_every=20)
    assert checkpoint_of(run) == checkpoint_of(whole)
    for name in ("metrics.jsonl", "recipe.toml", "card.json", "model.onnx"):
        assert (run / name).read_bytes() == (whole / name).read_bytes()
    assert {each.name for each in run.iterdir()} == {each.name for each in whole.iterdir()} - {"tensorboard"}


def test_a_second_training_in_the_same_folder_is_told_who_is_at_work_and_disturbs_nothing(start, shuzi, tmp_path):
    first = start("train", "--steps", 2_000_000, "--save-every", 1_000_000, "--out", "run")
    lines = [first.stdout.readline()]
    run = tmp_path / "run"
    for arguments in (["--out", run, "--seed", 9], ["--resume", run]):
        ended = shuzi("train", "--steps", 10, *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert f"run has been in use by process {first.pid} on " in ended.err
    first.send_signal(signal.SIGINT)
    lines += first.stdout.read().splitlines()
    first.wait()
    assert RunFolder.open(run).recipe().seed == 0
    steps = [line["step"] for line in read_metrics(run) if "loss" in line]
    assert steps == list(range(10, 10 * len(lines) + 1, 10))
    assert not RunFolder.open(run).lock.files & set(run.iterdir())


def test_a_reader_that_has_seen_enough_causes_no_traceback(start):
    process = start("train", "--steps", 1_000_000)
    assert process.stdout.readline().startswith("Step    10")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate()
    assert len(err.splitlines()) == 1
    assert err.startswith("Training softmax")
