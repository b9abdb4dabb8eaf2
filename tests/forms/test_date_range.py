"""The days that a date field allows: from 1900 to 2099, or those of its spec."""

from pathlib import Path

import numpy as np
import pytest

from shuzi.errors import DataError
from shuzi.forms.decide import BLANK_BOX, OTHER, decide, followed_in_a_line, texts_of
from shuzi.forms.parse import spec_of
from shuzi.forms.spec import DATE, Field
from shuzi.forms.trace import as_toml


def box(digit, probability=1.0):
    found = np.full(12, 1e-5)
    found[digit] = probability
    assert digit not in (BLANK_BOX, OTHER)
    return found


def decided(field, *boxes):
    probabilities = np.array(boxes)
    found = texts_of(field, probabilities / probabilities.sum(axis=1, keepdims=True))
    return decide(field, found.texts, found)


def read(field):
    text = f'title = "Card"\nblank = "card.png"\n[[fields]]\nname = "n1"\n{field}\nat = [10, 20, 160, 8]\n'
    return spec_of(text, Path("card.toml"), lambda *_: b"a picture")


def test_a_year_that_the_pen_cannot_mean_is_not_read():
    seven_or_one = box(7, 0.6) + box(1, 0.4)
    boxes = [seven_or_one, *map(box, (9, 8, 7, 0, 6, 1, 2))]
    day = Field("day", kind=DATE, boxes=8)
    cell = decided(day, *boxes)
    assert (cell.text, cell.status) == ("1987-06-12", "ok")
    # what is surely written stays, in doubt
    cell = decided(day, box(1), box(8), *boxes[2:])
    assert (cell.text, cell.status, cell.rule) == ("1887-06-12", "unsure", "range")
    assert "1887-06-12" in decided(day, box(1), box(8, 0.9) + box(9, 0.1), *boxes[2:]).message
    old = Field("day", kind=DATE, boxes=8, earliest="1800-01-01", latest="1899-12-31")
    assert decided(old, box(1), box(8), *boxes[2:]).status == "ok"


def test_a_range_of_days_is_kept_to_the_day():
    field = Field("day", kind=DATE, boxes=8, earliest="2026-01-01", latest="2026-06-30")
    digits = [box(2), box(0), box(2), box(6, 0.4) + box(8, 0.6), *map(box, (0, 6, 3, 0))]
    assert decided(field, *digits).text == "2026-06-30"
    assert decided(field, *digits[:4], *map(box, (0, 7, 0, 1))).rule == "range"


@pytest.mark.parametrize("order", ["ymd", "dmy", "mdy"])
def test_without_boxes_only_years_of_the_range_are_sought(order):
    text = {"ymd": "{}.5.3", "dmy": "3.5.{}", "mdy": "5.3.{}"}[order]
    usual = followed_in_a_line(Field("day", kind=DATE, boxes=8, order=order))
    old = followed_in_a_line(
        Field("day", kind=DATE, boxes=8, order=order, earliest="1700-01-01", latest="1899-12-31")
    )
    any_year = followed_in_a_line(Field("day", kind=DATE, boxes=8, order=order, earliest="0001-01-01"))
    answers = [[form.accepts(text.format(year)) for form in (usual, old, any_year)] for year in (1987, 1789, 7987)]
    assert answers == [[True, False, True], [False, True, True], [False, False, True]]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('kind = "date"\nmin = 1990', ["line 6", "min", "2000-01-31"]),
        ('kind = "date"\nmax = "2026-12-31"', ["max", "2000-01-31"]),
        ('kind = "date"\nmin = 2026-01-01T00:00:00', ["min", "2000-01-31"]),
        ('kind = "date"\nmin = 2026-01-02\nmax = 2026-01-01', ["line 7"]),
        ('kind = "date"\nmin = 2100-01-01', ["line 6", "2099-12-31"]),
        ('kind = "date"\nmin = 2000-01-01\nkey = 1999-12-31', ["1999-12-31"]),
        ("boxes = 3\nmin = 2000-01-31", ["min", "date"]),
        ('kind = "time"\nmin = 9', ["min"]),
        ("boxes = 3\nmin = nan", ["min"]),
    ],
)
def test_a_wrong_range_names_line_and_key(field, words):
    with pytest.raises(DataError) as found:
        read(field)
    assert all(word in str(found.value) for word in words), found.value


def test_a_traced_form_keeps_the_range_of_a_date():
    form = read('kind = "date"\nmin = 1850-01-01\nmax = 1900-12-31')
    assert (form.fields[0].earliest, form.fields[0].latest) == ("1850-01-01", "1900-12-31")
    assert spec_of(as_toml(form, "card.png"), Path("card.toml"), lambda *_: b"a picture").fields == form.fields
