import ast
import contextvars
import re
import string
from pathlib import Path

import numpy as np
import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import shuzi
from shuzi import messages
from shuzi.messages import from_environment, neutral, say, visible, visible_json

SOURCE = Path(shuzi.__file__).parent
NAMES_OF_FILES = (".py", ".html", ".npz", ".json", ".toml", ".md")  # some look like keys
NO_WORDS = {"cli.heading", "error.own.picture", "form.list", "read.with_advice"}  # only placeholders and punctuation


def _catalogue(language, domain="shuzi"):
    path = messages.CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return _sentences(read_po(file, locale=language, abort_invalid=True))


def _sentences(catalogue):
    """Return each key's sentence; the plural, if there are two forms."""
    return {_forms(message.id)[0]: _forms(message.string)[-1] for message in catalogue if message.id}


def _forms(said):
    return [said] if isinstance(said, str) else list(said)


def _placeholders(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _used():
    """Return every string in the sources that looks like a key, and the prefixes of composed ones."""
    beginnings = "|".join({re.escape(key.split(".")[0]) for key in ZH})
    shape = re.compile(rf"(?:{beginnings})\.[a-z0-9_.]*")
    found = set(re.findall(rf"'({shape.pattern})'", (SOURCE / "evaluation" / "report.html").read_text("utf-8")))
    for path in SOURCE.rglob("*.py"):
        constants = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant))
        found |= {node.value for node in constants if isinstance(node.value, str) and shape.fullmatch(node.value)}
    return found


ZH, EN = _catalogue("zh"), _catalogue("en")


def test_both_languages_have_the_same_keys():
    assert ZH.keys() == EN.keys()
    assert len(ZH) > 100


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_key_has_two_sentences(language):
    text = (SOURCE / "messages" / language / "LC_MESSAGES" / "shuzi.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))


def test_both_sentences_of_a_key_name_the_same_things():
    assert {key: _placeholders(ZH[key]) for key in EN} == {key: _placeholders(EN[key]) for key in EN}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_singular_names_what_the_plural_names_but_for_the_count(language):
    path = messages.CATALOGUES / language / "LC_MESSAGES" / "shuzi.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    assert catalogue.num_plurals == {"zh": 1, "en": 2}[language]
    for message in catalogue:
        if isinstance(message.id, tuple):
            assert message.id[0] == message.id[1]
            forms = _forms(message.string)
            assert len(forms) == catalogue.num_plurals
            assert "n" in _placeholders(forms[-1])
            assert _placeholders(forms[0]) | {"n", "shown"} >= _placeholders(forms[-1])


@pytest.mark.parametrize(("n", "said"), [(0, "0 images"), (1, "1 image"), (2, "2 images")])
def test_the_count_decides_between_singular_and_plural(n, said):
    assert say("data.export.done", "en", n=n, out="x") == f"Exported {said} to x"
    assert say("data.export.done", "en", n=np.int64(n), out="x") == f"Exported {said} to x"
    assert say("data.export.done", "zh", n=n, out="x").count(str(n)) == 1


def test_every_key_in_the_sources_has_a_sentence():
    whole = {key for key in _used() if not key.endswith((".", *NAMES_OF_FILES))}
    assert whole - EN.keys() == set()


def test_every_sentence_is_used_by_the_sources():
    used = _used()
    composed = tuple(key for key in used if key.endswith("."))
    assert {key for key in EN if key not in used and not key.startswith(composed)} == set()


def test_chinese_sentences_are_chinese_and_english_ones_english():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert {key for key in ZH if not chinese.search(ZH[key])} == NO_WORDS
    assert {key for key in EN if chinese.search(EN[key])} == {"cli.help"}  # explains the project's name


@pytest.mark.parametrize(("language", "domain"), [("zh", "shuzi"), ("en", "shuzi"), ("zh", "click")])
def test_the_compiled_catalogues_are_up_to_date(language, domain):
    path = messages.CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    with path.with_suffix(".mo").open("rb") as file:
        compiled = _sentences(read_mo(file))
    assert compiled == _catalogue(language, domain), "run: make messages"


@pytest.mark.parametrize(("step", "loss"), [(10, 120.932), (2000, 3.14159), (0, 0.0), (123456, 1234.565), (5, 1e-9)])
def test_the_tutorials_line_of_a_step_stays_as_it_was(step, loss):
    assert say("train.step", "zh", step=step, loss=loss) == "第%5d步,当前loss:%.2f" % (step, loss)  # noqa: UP031


@pytest.mark.parametrize(("accuracy", "n"), [(0.9132, 10000), (1.0, 1), (0.005, 99999), (0.915, 12)])
def test_the_tutorials_line_of_the_accuracy_stays_as_it_was(accuracy, n):
    expected = "准确率: %.2f,共测试了%d张图片" % (accuracy, n)  # noqa: UP031
    assert say("train.accuracy", "zh", accuracy=accuracy, n=n) == expected


def test_a_list_becomes_lines_with_dashes():
    said = say("data.import.left_out", "en", n=2, reasons=["a is damaged", "b has no label"])
    assert said == "Skipped 2 files:\n  - a is damaged\n  - b has no label"


def test_braces_in_a_value_are_left_alone():
    assert say("error.model.ending", "en", path="{x}%s.png") == "{x}%s.png is not an .onnx file."


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_key_without_a_sentence_is_an_error(language):
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        say("no.such.key", language)


def test_speaking_ends_with_its_block_even_when_the_block_fails():
    with pytest.raises(KeyError), messages.speaking("zh"):
        say(messages.language())  # "zh" is not a key
    assert messages.language() == "en"


def test_saying_one_sentence_in_chinese_leaves_the_language_as_it_was():
    assert say("evaluate.digit", "zh") == "数字"
    assert say("evaluate.digit") == "digit"


def test_each_task_speaks_its_own_language():
    other = contextvars.copy_context()
    other.run(messages.use, "zh")
    assert other.run(say, "evaluate.digit") == "数字"
    assert say("evaluate.digit") == "digit"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_GB", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "zh_CN", "LC_MESSAGES": "en_GB", "LANG": "en_GB"}, "zh"),
        ({"SHUZI_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        ({"SHUZI_LANG": "ZH", "LC_ALL": "C"}, "zh"),
        ({"SHUZI_LANG": "", "LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_language_is_told_from_the_environment(environment, language):
    assert from_environment(environment) == language


def test_what_a_terminal_or_a_spreadsheet_acts_on_is_escaped():
    assert visible("seven\x1b[31m\n.png") == r"seven\x1b[31m\n.png"
    assert visible("七 7.png") == "七 7.png"
    assert visible_json('{"source": "seven\x9b31m.png"}') == r'{"source": "seven\u009b31m.png"}'
    assert [neutral(text) for text in ("=SUM(A1)", "17.5", "-3")] == ["'=SUM(A1)", "17.5", "-3"]
