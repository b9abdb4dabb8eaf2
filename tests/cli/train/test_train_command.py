import json
import re

import pytest

from shuzi.models.store import shipped
from shuzi.training.run_folder import RunFolder, read_metrics

pytestmark = pytest.mark.heavy


def test_the_tutorials_lines_come_out_as_the_tutorial_has_them(run_alone, finished_run, tmp_path, checkpoint_of):
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
    assert checkpoint_of(tmp_path / "run") == checkpoint_of(finished_run())


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


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["line", "reader"])
def test_a_recipe_that_needs_strokes_says_where_to_get_them_and_leaves_nothing_behind(shuzi, tmp_path, lang, name):
    ended = shuzi("--lang", lang, "train", name, "--out", tmp_path / "run")
    assert ended.code == 1
    assert all(each in ended.err for each in ("--strokes", "SHUZI_STROKES", "10.5281/zenodo.1195803"))
    assert not (tmp_path / "run").exists()
