"""Old code fails today as the table says, and the lesson on TensorFlow matches the command."""

import os
import re
import subprocess
import sys

import pytest

from lessons import COURSE, ROOT

TEXTS = {
    ending: (ROOT / "docs" / "reference" / f"old-tutorials{ending}").read_text("utf-8")
    for ending in (".zh.md", ".md")
}


def old_names(text):
    """The table of old names: (code as it was written, the error it shows)."""
    rows = re.findall(r"^\| (`.+?`) \| .+ \| (`.+`) \|$", text, re.MULTILINE)
    return [(code.strip("`"), error.strip("` ")) for code, error in rows if "`" in error]


def test_both_languages_list_the_same_old_names():
    assert old_names(TEXTS[".zh.md"]) == old_names(TEXTS[".md"])
    assert len(old_names(TEXTS[".md"])) >= 20


@pytest.mark.parametrize(("code", "error"), old_names(TEXTS[".md"]))
def test_old_code_shows_the_error_that_the_table_says(code, error, tmp_path, monkeypatch):
    import keras
    import numpy as np
    import tensorflow as tf

    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    names = {"tf": tf, "keras": keras, "model": model, "images": np.zeros((1, 4))}
    with pytest.raises(Exception, match=re.escape(error)):
        exec(code, names)  # noqa: S102 - the table's own code


@pytest.mark.slow
def test_the_lesson_prints_the_losses_of_the_command(tmp_path):
    def run(*command):
        program, surroundings = [sys.executable, *command], os.environ | {"PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            program, cwd=tmp_path, env=surroundings, capture_output=True, encoding="utf-8", check=True
        )
        return done.stdout

    lesson = run(str(COURSE / "04-tensorflow" / "lesson.py"))
    command = run("-m", "shuzi", "train", "--lang", "zh", "--out", "run")
    theirs = dict(re.findall(r"第 *(\d+)步,当前loss:([\d.]+)", command))
    ours = {
        step: loss for step, loss in re.findall(r"^ *(\d+)  loss ([\d.]+)$", lesson, re.MULTILINE) if step in theirs
    }
    assert list(ours) == ["10", "100", "1000", "2000"]
    for step, loss in ours.items():
        assert float(loss) == pytest.approx(float(theirs[step]), abs=0.011)
