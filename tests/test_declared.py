"""What stands in a file is compared with its declaration, however deep it stands."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pytest

from shuzi import toml
from shuzi.declared import Declared, FieldError, Flag, Fraction, Number, Text, Whole, between, one_of


@dataclass(frozen=True)
class Box:
    name: Text
    wide: Annotated[int, between(1, 24)] = 1


@dataclass(frozen=True)
class Sheet:
    title: Text
    boxes: tuple[Box, ...] = ()
    scores: dict[str, dict[str, Fraction]] | None = None
    kind: Annotated[str, one_of("number", "date")] = "number"
    landscape: Flag = False
    rows: Whole = 0
    most: Number = 0.0


SHEET = Declared[Sheet](Sheet)


def test_values_become_what_is_declared_and_others_are_passed_over():
    read = SHEET.read({"title": "S", "boxes": [{"name": "q", "wide": 3}], "most": 7, "colour": "red"})
    assert read == Sheet("S", (Box("q", 3),), most=7.0)


@pytest.mark.parametrize(
    ("values", "field", "key"),
    [
        ({"title": date(2024, 1, 1)}, "title", "expected.text"),
        ({"boxes": {}}, "boxes", "expected.list"),
        ({"boxes": [{"name": "q"}, 3]}, "boxes[1]", "expected.object"),
        ({"boxes": [{"name": "q", "wide": 25}]}, "boxes[0].wide", "expected.between"),
        ({"boxes": [{"name": "q", "wide": True}]}, "boxes[0].wide", "expected.between"),
        ({"scores": {"test": {"accuracy": 1.5}}}, "scores.test.accuracy", "expected.fraction"),
        ({"scores": {"test": []}}, "scores.test", "expected.object"),
        ({"kind": "text"}, "kind", "expected.one_of"),
        ({"landscape": 1}, "landscape", "expected.flag"),
        ({"rows": 1.0}, "rows", "expected.whole"),
        ({"rows": "1"}, "rows", "expected.whole"),
        ({"rows": False}, "rows", "expected.whole"),
        ({"most": float("nan")}, "most", "expected.number"),
        ({"most": 10**400}, "most", "expected.number"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_expected(values, field, key):
    with pytest.raises(FieldError) as caught:
        SHEET.read({"title": "S"} | values)
    assert (caught.value.field, caught.value.expected.key, caught.value.missing) == (field, key, False)


@pytest.mark.parametrize(("values", "field"), [({}, "title"), ({"title": "S", "boxes": [{}]}, "boxes[0].name")])
def test_what_is_missing_is_named(values, field):
    with pytest.raises(FieldError) as caught:
        SHEET.read(values)
    assert (caught.value.field, caught.value.expected, caught.value.missing) == (field, None, True)


def test_a_key_stands_in_a_line():
    text = 'title = "Scores"\n[[fields]]\nname = "q1"\n[[fields]]\nname = "q2"'
    assert toml.line_of(text, "title") == 1
    assert toml.line_of(text, "name", "fields", 2) == 5
    assert toml.line_of(text, "boxes", "fields", 1) == 2
    assert toml.line_of(text, "fields") == 2
