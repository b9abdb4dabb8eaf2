"""In every lesson, the texts in both languages and the code agree."""

import doctest
import re
from pathlib import Path

import pytest

LESSONS = sorted(path for path in (Path(__file__).parents[2] / "course").iterdir() if (path / "lesson.py").is_file())
LANGUAGES = ("zh", "en")
every_text = pytest.mark.parametrize("language", LANGUAGES)
pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)


def read(lesson, language):
    return (lesson / f"{language}.md").read_text(encoding="utf-8")


def code(lesson):
    return (lesson / "lesson.py").read_text(encoding="utf-8")


def blocks(text):
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@every_text
def test_code_in_the_text_is_the_real_code_and_all_of_it(lesson, language):
    shown = [block for block in blocks(read(lesson, language)) if ">>>" not in block]
    for block in shown:
        assert block in code(lesson)
    assert "".join(shown).split() == code(lesson).partition('"""\n\n')[2].split()


def test_both_languages_show_the_same_code_and_pictures(lesson):
    zh, en = (read(lesson, language) for language in LANGUAGES)
    assert blocks(zh) == blocks(en)
    assert re.findall(r"\((pictures/.+?)\)", zh) == re.findall(r"\((pictures/.+?)\)", en)
    assert re.findall(r"^## (\d+)", zh, re.MULTILINE) == re.findall(r"^## (\d+)", en, re.MULTILINE)


@every_text
def test_pictures_are_there(lesson, language):
    for picture in re.findall(r"\((pictures/.+?)\)", read(lesson, language)):
        assert (lesson / picture).is_file()


@every_text
def test_worked_numbers_come_out_as_written(lesson, language):
    examples = "\n".join(block for block in blocks(read(lesson, language)) if ">>>" in block)
    test = doctest.DocTestParser().get_doctest(examples, {}, language, None, 0)
    assert len(test.examples) > 10
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_the_code_is_short(lesson):
    assert len(code(lesson).splitlines()) <= 80
