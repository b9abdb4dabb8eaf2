"""A table whose values somebody changed is refused in words, or becomes CSV, a workbook and pages to print."""

import io
import json
import random
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from shuzi.errors import DataError, ShuziError
from shuzi.forms.hands import as_png, corrected_cells, strip_of
from shuzi.forms.kinds import Field
from shuzi.forms.output import as_csv, save_answer_pages, save_table
from shuzi.forms.result import Cell, Change, Problem, Row, Table, read_table
from shuzi.forms.spec import Version
from shuzi.forms.xlsx import save_xlsx
from shuzi.ink.boxes import Box

HOSTILE = (
    *(None, True, -1, 0, 1.5, 10**9, 10**400, float("nan"), float("inf"), "", "7"),
    *("=1+1", "\x07\u202e\ud800", "a" * 40_000, [], ["7", 7], {}, {"text": "7"}),
)
READ, WRITTEN = 200, 8  # changed tables


def graded():
    fields = (
        Field("id", "id", "identifier", column="id"),
        Field("length", "Length", boxes=3, decimals=1, points=2.0, key=("9.8",), tolerance=0.1, total=True),
        Field("day", "Day", "date", points=1.0, key=("2024-03-05",)),
        Field("q", "Primes", "tick", options=("=3", "4"), choose="any", points=1.5, key=("=3", "4"), partial=True),
    )
    picture = np.full((28, 40), 200, np.uint8)
    doubtful = Cell(
        *(
            "9.8",
            "unsure",
            0.6,
            "range",
            (("9.8", 0.6), ("9.3", 0.3)),
            1,
            Box(4, 5, 30, 20),
            "a.jpg",
            as_png(picture),
        ),
        digits=strip_of([[np.eye(28, dtype=np.uint8)]] * 2),
        changes=(Change("9.3", "9.8", "2026-11-28T12:00:00Z"),),
        turned=1,
    )
    cells = {"id": Cell("007", "printed", 1.0), "length": doubtful, "day": Cell("2024-03-05", "ok", 1.0)}
    cells["q"] = Cell("=3; 4", "ok", 0.99, source="a.jpg")
    rows = (Row(1, 0, cells, "A"), Row(2, 0, cells | {"length": replace(doubtful, rule="")}, "B"))
    versions = (Version("A", fields), Version.of("B", fields, ["q", "length"], {"length": ("9.3",)}))
    return Table("Exam", fields, rows, (Problem("b.jpg", "It is blurred."),), versions)


def leaves(value, path=()):
    """Yield the paths to all values, containers too."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from leaves(inner, (*path, key))


def changed(whole, path, value):
    """Return a copy of JSON values in which one is another."""
    copy = json.loads(json.dumps(whole))
    inside = copy
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return copy


def write_all(table, folder):
    """Make of a table everything that can be made of it."""
    as_csv(table)
    book = io.BytesIO()
    save_xlsx(table, book)
    openpyxl.load_workbook(book)
    corrected_cells(table)
    save_answer_pages(table, folder / "pages.pdf", lambda _: np.full((60, 80), 255, np.uint8))
    save_table(table, folder / "again.json")
    read_table(folder / "again.json")


def mutants(tmp_path, most=None):
    """Yield what was changed in tables that are read all the same, and the tables; others are refused in words."""
    path = tmp_path / "table.json"
    save_table(graded(), path)
    whole = json.loads(path.read_text("utf-8"))
    changes = [(place, value) for place in leaves(whole) for value in HOSTILE]
    random.Random(0).shuffle(changes)
    for place, value in changes[:most]:
        path.write_text(json.dumps(changed(whole, place, value)), "utf-8")
        table = in_words(read_table, path)
        if table:
            yield f"{place}: {value!r:.40}", table


def in_words(call, *values):
    """Return what a call does, or None if it raises an error in words."""
    try:
        return call(*values)
    except ShuziError as problem:
        for language in ("en", "zh"):
            problem.sentence(language)
        return None


def test_any_value_is_refused_in_words_or_can_be_written(tmp_path):
    write_all(graded(), tmp_path)
    assert read_table(tmp_path / "again.json").as_dict() == graded().as_dict()
    taken = [*mutants(tmp_path, READ)]
    assert 0 < len(taken) < READ
    for what, table in taken[:WRITTEN]:
        try:
            in_words(write_all, table, tmp_path)
        except Exception as problem:
            raise AssertionError(what) from problem


@pytest.mark.parametrize(
    ("place", "value", "word"),
    [
        (("rows", 0, "cells", "length", "page"), [1], "rows[0].cells.length.page"),
        (("rows", 0, "sheet"), "1", "rows[0].sheet"),
        (("rows", 1, "version"), 7, "rows[1].version must"),
        (("columns", 1, "decimals"), 10**9, "columns[1].decimals"),
        (("columns", 1, "points"), -2, "columns[1].points"),
        (("columns", 1, "kind"), ["number"], "columns[1].kind"),
        (("rows", 0, "cells", "length", "picture"), "no Base64", "rows[0].cells.length.picture"),
    ],
)
def test_a_value_that_no_table_has_is_named(tmp_path, place, value, word):
    save_table(graded(), tmp_path / "table.json")
    whole = json.loads((tmp_path / "table.json").read_text("utf-8"))
    (tmp_path / "odd.json").write_text(json.dumps(changed(whole, place, value)), "utf-8")
    with pytest.raises(DataError) as refused:
        read_table(tmp_path / "odd.json")
    assert word in refused.value.sentence("en")


def test_a_picture_that_is_none_is_not_shown(tmp_path):
    table = graded()
    cell = replace(table.rows[0].cells["length"], picture=b"\x89PNG\r\n\x1a\nbroken", digits=b"GIF89a")
    broken = replace(table, rows=(Row(1, 0, {"length": cell}),))
    book = io.BytesIO()
    save_xlsx(broken, book)
    assert not openpyxl.load_workbook(book).active._images
