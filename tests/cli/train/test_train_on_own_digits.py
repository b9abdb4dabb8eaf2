"""Own pictures are learnt, by a new network or by the default model."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset, save_dataset
from shuzi.synthesis.examples import compose
from shuzi.training.run_folder import read_metrics


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


@pytest.fixture
def little(monkeypatch):
    """Compose a few examples only."""
    monkeypatch.setattr("shuzi.training.tasks.compose", lambda *given: compose(*given[:3], given[3] / 40))


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
