"""Sweeps with real Ray: trials are trainings, whatever dies meanwhile."""

import json
import signal

import numpy as np
import pytest
from scipy import stats

import shuzi

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


def _settings(run):
    """Return what the name of a run folder says, as options of `shuzi train`."""
    return dict(each.split("=") for each in run.name.split(","))


@pytest.mark.long
def test_four_trials_one_of_which_is_killed_are_the_trainings_of_one_machine(
    sweep, train, ended, assert_same_run, mnist
):
    """On two nodes of one CPU; after each rung most are stopped, and what goes on is resumed."""
    values = ["--set", "learning_rate=0.001,0.00001", "--set", "steps=400", "--set", "save_every=10"]
    values += ["--set", "validate_every=10"]  # the trials report where they are
    process = sweep.start("mlp", "--seeds", 2, *values, "--stop-early", 25, "--json")
    killed = sweep.kill_one(process)
    report = json.loads(ended(process))
    assert killed is not None

    ends = sweep.ends()
    assert len(ends) == 4
    assert max(ends.values()) == 400  # the first that is seen at a rung goes on
    assert min(ends.values()) < 400
    stopped = next(run for run, steps in ends.items() if steps < 400)
    longest = next(run for run, steps in ends.items() if steps == 400)
    for run in {killed, stopped, longest}:
        assert_same_run(run, train("mlp", **_settings(run) | {"steps": ends[run]}))

    # the report against the models themselves
    images, labels = mnist.validation.images, mnist.validation.labels
    for row in report["rows"]:
        for run in (each for each, steps in ends.items() if steps == row["steps"]):
            if _settings(run)["learning_rate"] == str(row["settings"]["learning_rate"]):
                right = np.mean(shuzi.load(str(run)).classify(images).argmax(axis=1) == labels)
                assert row["accuracies"][_settings(run)["seed"]] == pytest.approx(right, abs=1 / len(labels))
        accuracies = list(row["accuracies"].values())
        assert row["n"] == len(accuracies)
        if accuracies:
            assert row["mean"] == pytest.approx(np.mean(accuracies))
        if len(accuracies) > 1:
            interval = stats.t.interval(0.95, row["n"] - 1, np.mean(accuracies), stats.sem(accuracies))
            assert row["interval"] == pytest.approx(np.clip(interval, 0, 1))
    assert [each["n"] for each in report["rows"] if each["steps"] == 25] == [2, 2]
    assert "95 %" in (sweep.folder / "report.md").read_text(encoding="utf-8")
    assert not (sweep.folder / ".tune").exists()


@pytest.mark.long
def test_a_sweep_whose_command_is_killed_continues_and_trains_nothing_twice(sweep, train, assert_same_run):
    """A schedule that depends on the number of steps: what goes on is trained anew."""
    process = sweep.start(
        *("fast", "--seeds", 2, "--set", "learning_rate=0.02,0.000001", "--set", "steps=24", "--stop-early", 6)
    )
    next(line for line in process.stderr if " steps, " in line)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = sweep.decisions()
    assert 1 <= len(before) < 8
    over = [each["trial"] for each in before if not each["goes_on"]]
    written = [(sweep.folder / name / "model.onnx").stat().st_mtime_ns for name in over]
    report = sweep.resume()
    assert sweep.decisions()[: len(before)] == before
    assert [(sweep.folder / name / "model.onnx").stat().st_mtime_ns for name in over] == written
    ends = sweep.ends()
    assert set(ends.values()) == {6, 24}
    for steps in (6, 24):
        run = next(each for each, end in ends.items() if end == steps)
        assert_same_run(run, train("fast", **_settings(run) | {"steps": steps}))
    everything = {run: run.stat().st_mtime_ns for run in ends}
    assert sweep.resume() == report  # nothing is left to train
    assert {run: run.stat().st_mtime_ns for run in ends} == everything


def test_a_training_that_diverges_is_a_result_and_is_not_repeated(sweep, ended):
    report = ended(sweep.start("mlp", "--set", "learning_rate=1e30", "--set", "steps=20"))
    (decision,) = sweep.decisions()
    assert decision["problem"][0] == "error.training.loss"
    assert "failed: " in report
    assert sweep.resume() == report


def test_mnist_that_is_missing_is_told_before_anything_is_trained(sweep, tmp_path):
    process = sweep.start("softmax", "--data-dir", tmp_path / "nowhere")
    _, err = process.communicate()
    assert process.returncode == 1
    assert "nowhere" in err
    assert not sweep.folder.exists()


def test_a_trial_larger_than_the_machine_is_refused(sweep):
    process = sweep.start("softmax", "--cpus-per-trial", 1_000, here=True)
    _, err = process.communicate()
    assert process.returncode == 1
    assert "A trial needs 1000 CPU, but this machine offers" in err
    assert not sweep.folder.exists()
