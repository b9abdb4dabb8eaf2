"""The lesson's texts in both languages, its code and the package agree."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LESSON = Path(__file__).parents[2] / "course" / "01-network"
CODE = (LESSON / "lesson.py").read_text(encoding="utf-8")
TEXTS = {language: (LESSON / f"{language}.md").read_text(encoding="utf-8") for language in ("zh", "en")}


def blocks(text, kind="python"):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def code_blocks(text):
    return [block for block in blocks(text) if ">>>" not in block]


def old_names(text):
    """The table of old names: (code as it was written, the error it shows)."""
    rows = re.findall(r"^\| (`.+?`) \| .+ \| (`.+`) \|$", text, re.MULTILINE)
    return [(code.strip("`"), error.strip("` ")) for code, error in rows if "`" in error]


def test_both_languages_list_the_same_old_names():
    assert old_names(TEXTS["zh"]) == old_names(TEXTS["en"])
    assert len(old_names(TEXTS["zh"])) >= 20


@pytest.mark.parametrize(("code", "error"), old_names(TEXTS["zh"]))
def test_old_code_shows_the_error_that_the_table_says(code, error, tmp_path, monkeypatch):
    import keras
    import numpy as np
    import tensorflow as tf

    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    names = {"tf": tf, "keras": keras, "model": model, "images": np.zeros((1, 4))}
    with pytest.raises(Exception, match=re.escape(error)):
        exec(code, names)  # noqa: S102 - the table's own code


def test_the_lesson_prints_the_same_curve_as_the_command(tmp_path):
    def run(*command):
        program, surroundings = [sys.executable, *command], os.environ | {"PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            program, cwd=tmp_path, env=surroundings, capture_output=True, encoding="utf-8", check=True
        )
        return done.stdout.splitlines()

    lesson = run(str(LESSON / "lesson.py"))
    command = run("-m", "shuzi", "train", "--lang", "zh", "--out", "run")
    assert len(lesson) == 201
    assert lesson[-1] == command[-1]
    pattern = re.compile(r"第 *(\d+)步,当前loss:([\d.]+)")
    for ours, theirs in zip(lesson[:-1], command[:-1], strict=True):
        (step, loss), (same_step, same_loss) = pattern.fullmatch(ours).groups(), pattern.fullmatch(theirs).groups()
        assert step == same_step
        assert float(loss) == pytest.approx(float(same_loss), abs=0.011)
