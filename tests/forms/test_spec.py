"""A mistake in a spec is reported with its line and field."""

import sys

import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import DataError
from shuzi.forms.kinds import Field
from shuzi.forms.layout import pages_of
from shuzi.forms.sheet import FOLDER, READY
from shuzi.forms.spec import Spec, read_spec
from shuzi.messages import LANGUAGES, speaking

GOOD = 'title = "Scores"\nrows = 3\n\n[[fields]]\nname = "q1"\nboxes = 2\n\n[[fields]]\nname = "all"\nboxes = 3\n'


def test_a_spec_is_read(spec):
    read = spec(GOOD + 'sum_of = ["q1"]\nmax = 100\ntotal = true\n')
    assert [(each.name, each.boxes, each.label) for each in read.fields] == [("q1", 2, "q1"), ("all", 3, "all")]
    assert read.fields[1].maximum == 100
    assert read.fields[1].sum_of == ("q1",)
    assert read.rows == 3


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace("boxes = 2", "boxes = 0"), 6, ["field q1", "boxes", "1 to 24"]),
        (GOOD.replace("boxes = 2", 'boxes = "two"'), 6, ["field q1", "'two'"]),
        (GOOD.replace("boxes = 2", "bokses = 2"), 6, ["field q1", "bokses", "boxes"]),
        (GOOD.replace("boxes = 3", "decimals = 1"), 8, ["field all", '"boxes" is missing']),
        (GOOD.replace('"all"', '"q1"'), 9, ["field q1", "already"]),
        (GOOD.replace('"all"', '" q1 "'), 9, ["field  q1 ", "already called q1", "spaces"]),
        (GOOD.replace('"q1"', '"a b"').replace('"all"', '"a  b"'), 9, ["field a  b", "already called a b", "spaces"]),
        (GOOD.replace('"all"', '"q1\u3000"'), 9, ["field q1", "name", "ordinary spaces"]),
        (GOOD + 'sum_of = ["q2"]\n', 11, ["field all", "q2"]),
        (GOOD + "min = 9\nmax = 3\n", 12, ["field all", "max"]),
        (GOOD + "decimals = 3\n", 11, ["field all", "decimals"]),
        (GOOD + 'among = ["12", "1a"]\n', 11, ["field all", "1a"]),
        (GOOD + 'sum_of = ["q1", "q1"]\n', 11, ["field all", "q1"]),
        (GOOD + "pattern = '[3-1]'\n", 11, ["field all", "character 2"]),
        (GOOD + "pattern = '\\d{4}'\n", 11, ["field all", "3 boxes"]),
        (GOOD + "pattern = '[1-5]\\d'\namong = ['12', '62']\n", 12, ["field all", "62"]),
        (GOOD + "min = 1000\n", 11, ["field all", "3 boxes"]),
        (GOOD + "max = -1\n", 11, ["field all", "max"]),
        (GOOD + 'check = "isbn"\n', 11, ["field all", "10 characters"]),
        (
            GOOD.replace("boxes = 3", "boxes = 3\nonce = true").replace("boxes = 2", "boxes = 2\nonce = true"),
            4,
            ["once"],
        ),
        (GOOD + 'among_column = "n"\n', 11, ["field all", "roster"]),
        (GOOD.replace("rows = 3", "rows = 0"), 2, ["sheet", "rows"]),
        (GOOD.replace("rows = 3", "rows 3"), 2, ["TOML"]),
        ('title = "Empty"\n', 1, ["fields"]),
        (GOOD.replace('"Scores"', "2024-01-01"), 1, ["sheet", "title"]),
        (GOOD + 'label = "a\\tb"\n', 11, ["field all", "label"]),
        (GOOD + "once = 1\n", 11, ["field all", "true or false"]),
        (GOOD + "at = [1, 2, 3]\n", 11, ["field all", "millimetres"]),
    ],
)
def test_a_mistake_names_line_and_field(spec, text, line, words):
    with pytest.raises(DataError) as found:
        spec(text)
    sentence = found.value.sentence("en")
    assert f"line {line}" in sentence
    assert all(word in sentence for word in words), sentence


def test_a_mistyped_key_is_answered_with_the_nearest(spec):
    for text, meant in ((GOOD.replace("boxes = 2", "bokses = 2"), "boxes"), (GOOD.replace("rows", "row"), "rows")):
        with pytest.raises(DataError) as found:
            spec(text)
        assert found.value.values["meant"] == meant


def test_a_roster_gives_the_rows(spec):
    text = 'title = "S"\nroster = "class.csv"\n[[fields]]\nname = "n"\nkind = "identifier"\ncolumn = "id"\n'
    read = spec(text + '[[fields]]\nname = "q"\nboxes = 2\n', **{"class": "id,name\n007,Ada\n008,Bo\n"})
    assert read.rows == 2
    assert [row["id"] for row in read.roster] == ["007", "008"]


def test_a_roster_with_a_number_twice_is_refused(spec):
    text = 'title = "S"\nroster = "class.csv"\nrows = 2\n[[fields]]\nname = "n"\nboxes = 3\namong_column = "id"\n'
    with pytest.raises(DataError, match="007"):
        spec(text, **{"class": "id,name\n007,Ada\n007,Bo\n"})


def test_a_roster_of_a_chinese_spreadsheet_is_read(tmp_path):
    (tmp_path / "class.csv").write_bytes("学号,姓名\r\n1,张三\r\n".encode("gb18030"))
    path = tmp_path / "spec.toml"
    fields = '[[fields]]\nname = "who"\ncolumn = "姓名"\n[[fields]]\nname = "q"\nboxes = 1\n'
    path.write_text(f'title = "成绩"\nroster = "class.csv"\n{fields}', encoding="utf-8")
    assert read_spec(path).roster[0]["姓名"] == "张三"


def test_the_id_follows_what_is_printed_and_not_the_rules(spec):
    assert spec(GOOD).id == spec(GOOD + "max = 50\n").id
    assert spec(GOOD).id != spec(GOOD + 'label = "Sum"\n').id


@pytest.mark.parametrize("given", [["make", "scores"], ["trace", "blank.png"]])
def test_a_folder_that_is_not_there_is_said_and_not_created(tmp_path, given):
    out = tmp_path / "nowhere" / ("a.pdf" if given[0] == "make" else "a.toml")
    found = CliRunner().invoke(command, ["form", *given, "--out", str(out)]).exception
    assert isinstance(found, DataError)
    assert str(out.parent) in found.sentence("en")
    assert not out.parent.exists()


def test_a_name_that_is_neither_a_file_nor_a_ready_spec_says_which_are_ready(tmp_path):
    found = CliRunner().invoke(command, ["form", "make", "score", "--out", str(tmp_path / "a.pdf")]).exception
    assert isinstance(found, DataError)
    assert "score nor a ready-made spec of that name. Ready-made specs: scores, meters, q" in found.sentence("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_names_of_a_class_are_printed_as_the_ready_spec_says(spec, language):
    text = (FOLDER / f"scores.{language}.toml").read_text("utf-8")
    for before, after in (
        ("\nrows = 40", '\nroster = "class.csv"'),
        ("\nboxes = 8", '\ncolumn = "number"'),
        ("\n# [[fields]]\n# name", "\n[[fields]]\nname"),
        ("\n# label", "\nlabel"),
        ('\n# column = "name"', '\ncolumn = "name"'),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    read = spec(text, **{"class": "number,name\n007,Ada\n008,张伟\n"})
    assert [each.name for each in read.fields][:3] == ["number", "name", "q1"]
    texts = [each.text for page in pages_of(read) for each in page.texts]
    assert all(each in texts for each in ("007", "Ada", "张伟", read.fields[1].label))


def test_the_ready_specs_ask_for_the_same_in_both_languages():
    for name in READY:
        en, zh = (read_spec(FOLDER / f"{name}.{language}.toml") for language in ("en", "zh"))
        assert [(each.name, each.boxes, each.kind) for each in en.fields] == [
            (each.name, each.boxes, each.kind) for each in zh.fields
        ]
        assert (en.language, zh.language) == ("en", "zh")


ROSTER = (
    'title = "S"\nroster = "class.csv"\n[[fields]]\nname = "n"\ncolumn = "id"\n[[fields]]\nname = "q"\nboxes = 2\n'
)


def test_a_roster_that_no_field_uses_is_refused(spec):
    with pytest.raises(DataError, match=r"line 2.*no field uses the roster"):
        spec(GOOD.replace("rows = 3", 'roster = "class.csv"'), **{"class": "id\n007\n"})


def test_a_roster_may_have_empty_columns_at_the_end(spec):
    read = spec(ROSTER, **{"class": "id,name,,\n007,Ada,,\n008,,,\n"})
    assert read.roster == ({"id": "007", "name": "Ada"}, {"id": "008", "name": ""})


def test_a_row_that_is_too_long_is_named_by_its_line(spec):
    with pytest.raises(DataError, match="line 5"):
        spec(ROSTER, **{"class": 'id,name\n\n"0\n07",Ada\n008,Bo,3\n'})


def test_a_number_of_thousands_of_digits_is_refused(spec):
    with pytest.raises(DataError, match="is not TOML"):
        spec(GOOD.replace("rows = 3", "rows = " + "9" * 5000))


def test_a_sheet_is_the_same_in_every_language_of_its_reader(spec):
    ids = set()
    for language in ("en", "zh"):
        with speaking(language):
            ids.add(spec(GOOD).id)
    assert len(ids) == 1
    assert (spec(GOOD).language, spec(GOOD.replace("Scores", "成绩")).language) == ("en", "zh")


@pytest.mark.parametrize(
    "key",
    [
        "a" + ".a" * 9 + " = 1",
        "[a" + " . a" * 9 + "]",
        "x = {y" + '."a"' * 9 + " = 1}",
        "x = 'it'\ny" + ".'a'" * 9 + " = 1",
    ],
)
def test_a_key_with_too_many_dots_is_refused_before_it_is_parsed(spec, key):
    with pytest.raises(DataError, match=r"line \d.*8 dots"):
        spec(f"{GOOD}# dots\n{key}\n")


def test_dots_in_texts_and_comments_are_only_text(spec):
    text = "a.b.c.d.e.f.g.h.i.j.k.l"
    read = spec(GOOD.replace("Scores", text) + f"# {text}\nlabel = '{text}'\n")
    assert (read.title, read.fields[1].label) == (text, text)


@pytest.mark.parametrize(
    "text", ['\\"' * 90_000, "'''" + "''a" * 60_000, "." + "a" * 190_000, ". " * 90_000, "a." * 95_000]
)
def test_a_text_made_to_take_long_is_refused(spec, text):
    with pytest.raises(DataError, match=r"TOML|dots"):
        spec(text)


def test_a_spec_of_more_than_200_kilobytes_is_refused(spec):
    with pytest.raises(DataError, match="more than 200,000 bytes"):
        spec(GOOD + "#" * 200_000)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("id\n" + "".join(f"{n}\n" for n in range(10_001)), "more than 10,000 rows"),
        (",".join(f"c{n}" for n in range(201)) + "\n1\n", "more than 200 columns"),
    ],
)
def test_a_roster_that_is_too_long_or_wide_is_refused(spec, rows, words):
    with pytest.raises(DataError, match=words):
        spec(ROSTER, **{"class": rows})


def test_no_row_of_a_roster_beyond_the_most_is_read(spec):
    rows = "id\n" + "7\n" * 10_001 + '"not closed'
    with pytest.raises(DataError, match="more than 10,000 rows"):
        spec(ROSTER, **{"class": rows})


def test_a_sheet_that_cannot_be_made_leaves_no_spec_behind_and_names_the_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fpdf", None)  # as if it were not installed
    found = CliRunner().invoke(command, ["form", "make", "scores", "--out", str(tmp_path / "a.pdf")]).exception
    assert found.key == "error.missing_extra"
    assert found.values["module"] == "fpdf2"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("fields", "rows", "key"),
    [
        ((Field("q", boxes=24), Field("r", boxes=24)), 2, "error.spec.columns"),
        ((Field("q", kind="tick", boxes=1, options=("a" * 200,)),), 0, "error.spec.wide"),
    ],
)
def test_only_a_sheet_that_is_not_landscape_is_advised_to_be(fields, rows, key):
    for landscape in (False, True):
        with pytest.raises(DataError) as found:
            pages_of(Spec("S", fields, rows=rows, landscape=landscape))
        assert found.value.key == (f"{key}_landscape" if landscape else key)


def test_a_field_too_short_for_its_list_says_how_many_boxes_it_has_and_needs(spec):
    text = 'title = "E"\nroster = "class.csv"\n[[fields]]\nname = "id"\nboxes = 6\namong_column = "id"\n'
    with pytest.raises(DataError) as found:
        spec(text, **{"class": "id\n20231036\n"})
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in ("line ", "20231036", " 8 ", " 6"))
