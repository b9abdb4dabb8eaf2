import json
import os
import re
import signal
import subprocess

import numpy as np
import pytest
from PIL import Image

from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset, save_dataset
from shuzi.models.store import shipped
from shuzi.synthesis.samples.examples import compose
from shuzi.training.metrics import read_metrics
from shuzi.training.run_folder import RunFolder


def checkpoint(path):
    step, state = RunFolder.open(path).checkpoint()
    return step, {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in state.items()}


@pytest.fixture
def pictures(mnist, tmp_path):
    """Make a folder of handwriting as a user would have: dark on light, larger, named after its label."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for place in range(200):
        grey = Image.fromarray(255 - mnist.train.images[place]).resize((56, 56), Image.Resampling.BICUBIC)
        framed = Image.new("L", (90, 80), 255)
        framed.paste(grey, (17, 12))
        framed.save(folder / f"{mnist.train.labels[place]}_{place:03d}.png")
    return folder


def test_the_tutorials_lines_come_out_as_the_tutorial_has_them(run_alone, finished_run, tmp_path):
    ended = run_alone("--lang", "zh", "train", "--out", "run")
    *steps, accuracy = ended.out.splitlines()
    assert ended.code == 0
    assert len(steps) == 200
    for step, line in zip(range(10, 2_001, 10), steps, strict=True):
        assert re.fullmatch(rf"第{step:5d}步,当前loss:\d+\.\d\d", line)
    assert re.fullmatch(r"准确率: 0\.9\d,共测试了10000张图片", accuracy)
    # notes go to stderr, and the libraries add none of their own
    assert len(ended.err.splitlines()) == 2
    assert "shuzi evaluate run --report report" in ended.err
    # another process, the same numbers
    assert checkpoint(tmp_path / "run") == checkpoint(finished_run())


def test_in_english_the_same_is_said(shuzi, tmp_path):
    ended = shuzi("train", "--lang", "en", "--steps", 25, "--out", tmp_path / "run")
    assert ended.code == 0
    assert re.fullmatch(
        r"Step    10, loss now: \d+\.\d\d\nStep    20, loss now: \d+\.\d\d\n"
        r"Accuracy: 0\.\d\d, tested on 10000 images\n",
        ended.out,
    )


def test_another_recipe_ends_with_the_validation_images(shuzi, tmp_path):
    ended = shuzi("train", "mlp", "--steps", 100, "--hidden", 8, "--out", tmp_path / "run")
    assert re.search(r"^Step   100, loss now: \d\.\d{4}$", ended.out, re.MULTILINE)
    assert re.search(r"^Accuracy: 0\.\d{4} on 5000 validation images$", ended.out, re.MULTILINE)
    assert RunFolder.open(tmp_path / "run").recipe().hidden == 8


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_ctrl_c_saves_and_the_training_goes_on_as_if_nothing_had_been(start, shuzi, finished_run, tmp_path, number):
    process = start("train", "--steps", 2_000_000, "--save-every", 1_000_000, "--out", "run")
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(number)
    _, err = process.communicate()
    step, _ = checkpoint(tmp_path / "run")
    assert lines[2].startswith("Step    30")
    assert process.returncode == 130
    assert f"Stopped at step {step} and saved. To continue: python -m shuzi train --resume run\n" in err
    assert "Traceback" not in err
    ended = shuzi("train", "--resume", tmp_path / "run", "--steps", step + 155)
    assert ended.code == 0
    assert f"Step {-(-(step + 1) // 10) * 10:5d}," in ended.out.splitlines()[0]
    assert f"steps {step} to {step + 155}" in ended.err
    whole = finished_run(steps=step + 155, save_every=1_000_000)
    assert checkpoint(tmp_path / "run") == checkpoint(whole)
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_ctrl_c_asks_and_what_was_before_takes_the_second(capfd, number):
    from shuzi.cli.train import _Interrupt

    seen = []
    before = signal.signal(number, lambda *_: seen.append("second"))
    try:
        with _Interrupt() as interrupt:
            assert not interrupt.asked()
            signal.raise_signal(number)
            assert interrupt.asked()
            assert seen == []
            signal.raise_signal(number)
        assert seen == ["second"]
        with _Interrupt():
            pass
        signal.raise_signal(number)
        assert seen == ["second", "second"]
    finally:
        signal.signal(number, before)
    assert capfd.readouterr().err == "Saving and stopping. Press Ctrl-C again to quit at once.\n"


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
    start, shuzi, finished_run, tmp_path, kills
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
    step, _ = checkpoint(run)
    assert step % 20 == 0
    assert shuzi("train", "--resume", run, "--steps", step + 25).code == 0
    whole = finished_run(steps=step + 25, save_every=20)
    assert checkpoint(run) == checkpoint(whole)
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


@pytest.mark.parametrize(
    "given",
    [
        ["mlp"],
        ["--seed", "1"],
        ["--batch-size", "32"],
        ["--learning-rate", "0.1"],
        ["--hidden", "3"],
        ["--epsilon", "0"],
        ["--report-every", "1"],
        ["--validate-every", "1"],
        ["--save-every", "1"],
        ["--out", "elsewhere"],
        ["--data", "mine.npz"],
        ["--from", "tiny"],
    ],
    ids=lambda given: given[0],
)
def test_a_training_that_goes_on_cannot_become_another_one(shuzi, given):
    ended = shuzi("train", "--resume", "run", *given)
    assert ended.code == 2
    shown = "RECIPE" if given == ["mlp"] else given[0]
    assert f"{shown} cannot be changed when resuming" in ended.err


def test_work_that_fails_says_so_in_one_line(shuzi, finished_run, tmp_path):
    (tmp_path / "text.npz").write_text("no dataset", "utf-8")
    for given in (
        ["--out", finished_run()],
        ["--resume", tmp_path],
        ["--resume", finished_run()],
        ["--data", tmp_path / "none.npz"],
        ["--from", tmp_path / "none.onnx"],
        ["--from", shipped()["tiny"], "softmax"],
        ["--data", tmp_path / "text.npz"],
        ["--data-dir", tmp_path, "--out", tmp_path / "run"],
    ):
        ended = shuzi("train", *given)
        assert (ended.code, ended.out) == (1, "")
        assert re.fullmatch(r"Error: [^\n]+\n", ended.err)
        assert str(given[1]) in ended.err
    assert not (tmp_path / "run").exists()


def test_a_training_starts_from_a_model_that_is_named_and_by_its_recipe(shuzi, tmp_path):
    ended = shuzi("train", "--from", "tiny", "--steps", 1, "--learning-rate", 1e-9, "--out", tmp_path / "run")
    assert ended.code == 0
    # one step at a tiny learning rate: accuracy stays that of the starting model
    assert re.fullmatch(r"Accuracy: 0\.9\d+ on 5000 validation images", ended.out.splitlines()[-1])
    said = " ".join(shuzi("models", "describe", tmp_path / "run").out.split())
    assert "weights of another model, tiny (SHA-256" in said
    assert "--from start.onnx" in said


def test_a_loss_that_runs_away_says_which_rate_and_step(shuzi, tmp_path):
    ended = shuzi("train", "--learning-rate", "1e38", "--out", tmp_path / "run", "--report-every", 1)
    assert ended.code == 1
    assert "at step 2" in ended.err.splitlines()[-1]
    assert "1e+38" in ended.err.splitlines()[-1]
    assert "Traceback" not in ended.err


def test_json_is_one_object_a_line_with_the_names_of_the_metrics(shuzi, tmp_path):
    run = tmp_path / "run"
    ended = shuzi("train", "--json", "--steps", 30, "--tensorboard", "--out", run)
    *lines, last = [json.loads(line) for line in ended.out.splitlines()]
    assert lines == read_metrics(run)
    assert last == {"run": str(run), "finished": True}
    assert ended.err == ""
    assert list((run / "tensorboard").iterdir())


def test_without_a_place_the_run_goes_into_a_new_folder_below_runs(shuzi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shuzi("train", "--steps", 1, "--seed", 5).code == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert RunFolder.open(run).recipe().seed == 5


def test_own_pictures_become_a_dataset_a_network_and_an_accuracy(shuzi, pictures, tmp_path):
    assert shuzi("data", "import", pictures, tmp_path / "mine.npz").code == 0
    ended = shuzi("train", "--data", tmp_path / "mine.npz", "--out", tmp_path / "run")
    assert ended.code == 0
    assert re.fullmatch(
        r"Accuracy: [01]\.\d\d on 20 of your own pictures that were held out", ended.out.splitlines()[-1]
    )
    assert "160 images" in ended.err
    (tmp_path / "mine.npz").rename(tmp_path / "moved.npz")
    assert shuzi("train", "--resume", tmp_path / "run", "--steps", 2_010).code == 0
    ended = shuzi("evaluate", tmp_path / "run", "--data", tmp_path / "moved.npz", "--json")
    found = json.loads(ended.out)
    assert len(load_dataset(tmp_path / "moved.npz")) == 200
    assert found["n"] == 20
    assert found["accuracy"] > 0.6


def test_too_few_own_pictures_are_learnt_with_a_warning(shuzi, mnist, tmp_path):
    save_dataset(tmp_path / "few.npz", Dataset(mnist.test.images[:3], mnist.test.labels[:3]))
    ended = shuzi("train", "--data", tmp_path / "few.npz", "--steps", 100, "--out", tmp_path / "run")
    assert ended.code == 0
    assert "too few pictures (3)" in ended.err
    assert "1.00 on the 3 training pictures" in ended.out
    assert np.isfinite([line["loss"] for line in read_metrics(tmp_path / "run") if "loss" in line]).all()


def test_without_tensorflow_the_line_that_installs_it_is_named(run_alone, tmp_path):
    """Python is told that the library is missing, as if the extra were not installed."""
    program = "import sys; sys.modules['tensorflow'] = None; from shuzi.cli import main; main()"
    ended = run_alone("train", "--out", "run", program=("-c", program))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "Error: Training a network needs tensorflow, which is not installed. "
        'In the shuzi folder, run: .venv/bin/pip install ".[train]" '
        "(or use the pip of the environment that shuzi runs in)\n"
    )
    assert not (tmp_path / "run").exists()


@pytest.fixture
def little(monkeypatch):
    """Compose a few examples only."""
    monkeypatch.setattr("shuzi.training.tasks.task.compose", lambda *given: compose(*given[:3], given[3] / 40))


def _own(mnist, path, n):
    save_dataset(path, Dataset(mnist.test.images[:n], mnist.test.labels[:n]))
    return path


@pytest.mark.slow
@pytest.mark.usefixtures("little")
def test_the_default_model_learns_ones_own_digits_and_before_and_after_are_told(shuzi, mnist, tmp_path):
    run = tmp_path / "run"
    given = ["--data", _own(mnist, tmp_path / "my.npz", 30), "--from", "default", "--steps", 2, "--out", run]
    ended = shuzi("train", *given)
    assert ended.code == 0
    before, after, others = ended.out.splitlines()[-3:]
    assert re.fullmatch(
        r"Before: \d+ of your 30 digits read correctly, [\d.]+% \(95% interval [\d.]+% to 100.0%\)", before
    )
    assert re.fullmatch(r"After: \d+ of 30, [\d.]+% .* a network that had not learnt it", after)
    assert "99.68% before" in others
    assert "30 digits are few" in ended.err
    # MNIST's own digits are read as well as they can be
    assert "no better than before" in ended.err
    assert f"read PICTURE --model {run}" in ended.err
    assert read_metrics(run)[-1].items() >= {"done": "own", "n": 30, "validation-before": 0.9968}.items()
    described = " ".join(shuzi("models", "describe", run).out.split())
    assert "30 of your own digits, before fine-tuning" in described
    assert "reader-own --steps 2 --seed 0 --data data.npz --from start.onnx" in described
    picture = tmp_path / "seven.png"
    Image.fromarray(255 - np.pad(mnist.test.images[0], 30)).save(picture)
    read = shuzi("read", picture, "--model", run)
    assert "7" in read.out
    assert "not calibrated" in read.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--from", "default"], "To teach it your own digits, name them: --data my.npz"),
        (["reader-own", "--from", "default"], "name the digits with --data and the reader with --from"),
        (["reader-own", "--data", "my.npz"], "name the digits with --data and the reader with --from"),
        (["--from", "default", "--data", "five.npz"], "5 digits are too few to learn from"),
        (["--from", "default", "--data", "text.npz"], "text.npz"),
        (["reader-own", "--from", "tiny", "--data", "my.npz"], "reader-own cannot start from"),
        (["tiny", "--from", "default", "--data", "my.npz"], "tiny cannot start from"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_fine_tuned_is_said_in_one_line(shuzi, mnist, tmp_path, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    _own(mnist, tmp_path / "my.npz", 60)
    _own(mnist, tmp_path / "five.npz", 5)
    (tmp_path / "text.npz").write_text("no dataset", "utf-8")
    ended = shuzi("train", *given)
    assert (ended.code, ended.out) == (1, "")
    assert re.fullmatch(r"Error: [^\n]+\n", ended.err)
    assert told in ended.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["line", "reader"])
def test_a_recipe_that_needs_strokes_says_where_to_get_them_and_leaves_nothing_behind(shuzi, tmp_path, lang, name):
    ended = shuzi("--lang", lang, "train", name, "--out", tmp_path / "run")
    assert ended.code == 1
    assert all(each in ended.err for each in ("--strokes", "SHUZI_STROKES", "10.5281/zenodo.1195803"))
    assert not (tmp_path / "run").exists()
