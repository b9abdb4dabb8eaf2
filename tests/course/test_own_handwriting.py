"""Lesson two's texts in both languages, its code and the code's output agree."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

LESSON = Path(__file__).parents[2] / "course" / "02-your-own-handwriting"
CODE = (LESSON / "lesson.py").read_text(encoding="utf-8")
TEXTS = {language: (LESSON / f"{language}.md").read_text(encoding="utf-8") for language in ("zh", "en")}
CLOSE = 1.5
"""How much a percentage may differ on another processor or with other libraries."""


def blocks(text, kind="python"):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def numbers(text):
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


def test_both_languages_show_the_same_numbers():
    zh, en = TEXTS["zh"], TEXTS["en"]
    assert blocks(zh, "text") == blocks(en, "text")
    assert sorted(re.findall(r"\*\*(\d[\d.]*)", zh)) == sorted(re.findall(r"\*\*(\d[\d.]*)", en))


@pytest.fixture(scope="module")
def printed():
    command = [sys.executable, str(LESSON / "lesson.py")]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


def test_the_code_prints_what_the_text_says(printed):
    (shown,) = blocks(TEXTS["zh"], "text")
    for line, written in zip(printed.splitlines(), shown.splitlines(), strict=True):
        assert re.sub(r"[\d.\s]", "", line) == re.sub(r"[\d.\s]", "", written)
        assert numbers(line) == pytest.approx(numbers(written), abs=CLOSE)


@pytest.mark.parametrize("language", TEXTS)
def test_percentages_in_bold_are_those_shown(language):
    (shown,) = blocks(TEXTS[language], "text")
    bold = re.findall(r"\*\*([\d.]+) ?%\*\*", TEXTS[language])
    assert len(bold) == 6
    assert set(map(float, bold)) <= set(numbers(shown))


@pytest.mark.parametrize(
    ("number", "changes", "lines"),
    [
        (1, [("ink > 60", "ink > 0")], ["frame reader"]),
        (2, [("20 / max(", "28 / max(")], ["frame reader", "frame softmax"]),
        (
            3,
            [
                ("min(max(round(14 - y), 0), 28 - height)", "(28 - height) // 2"),
                ("min(max(round(14 - x), 0), 28 - width)", "(28 - width) // 2"),
            ],
            ["frame softmax"],
        ),
        (4, [("draws.uniform(60, 130)", "0")], ["invert reader"]),
        (5, [('("touching", -3)', '("touching", -1)')], ["touching"]),
    ],
)
def test_exercises_give_what_the_brackets_say(number, changes, lines, tmp_path):
    changed = CODE
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    (tmp_path / "lesson.py").write_text(changed, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "lesson.py")]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    found = {" ".join(re.findall(r"[a-zA-Z]+", line)): numbers(line)[0] for line in printed.splitlines()}
    for text in TEXTS.values():
        (exercise,) = re.findall(rf"^{number}\. .*?(?=^\d\. )", text, re.DOTALL | re.MULTILINE)
        for line in lines:
            assert any(abs(each - found[line]) <= CLOSE for each in numbers(exercise))
