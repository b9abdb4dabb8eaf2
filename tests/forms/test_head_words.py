"""Words in the first row and column of a ruled table are left to people to type; numbers are read as before."""

import cv2
import numpy as np
import pytest

from shuzi.forms.ruled_tables import WORDS, column_name, read_tables

LEFT, TOP, WIDE, HIGH = 80, 60, 170, 64  # pixels: where a table begins, and its cells
HEAD = ["Name", "Term", "Exam", "Sum"]
NAMES = ["Bob", "Wanda", "Emma", "Karl", "Frank"]
NUMBERS = [["38", "254", "90"], ["47", "306", "85"], ["29", "638", "74"], ["56", "420", "93"], ["80", "572", "64"]]


@pytest.fixture
def photographed():
    """A function that prints rows of texts as a table, and photographs it: uint8 (h, w)."""

    def made(rows):
        size = 2 * TOP + len(rows) * HIGH, 2 * LEFT + len(rows[0]) * WIDE
        picture = np.full(size, 250, np.uint8)
        right, bottom = LEFT + len(rows[0]) * WIDE, TOP + len(rows) * HIGH
        for row in range(len(rows) + 1):
            cv2.line(picture, (LEFT, TOP + row * HIGH), (right, TOP + row * HIGH), 110, 2)
        for column in range(len(rows[0]) + 1):
            cv2.line(picture, (LEFT + column * WIDE, TOP), (LEFT + column * WIDE, bottom), 110, 2)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                start = LEFT + column * WIDE + 30, TOP + row * HIGH + 44
                cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)
        noise = np.random.default_rng(0).normal(0, 2.5, picture.shape)
        return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)

    return made


def read(reader, picture):
    rows = read_tables(reader, [("table.png", picture)]).rows
    return {(row.number, name): cell for row in rows for name, cell in row.cells.items()}


def test_a_head_and_a_column_of_words_are_empty_and_doubtful_with_their_pictures(reader, photographed):
    cells = read(reader, photographed([HEAD, *([name, *own] for name, own in zip(NAMES, NUMBERS, strict=True))]))
    words = {(0, column_name(column)) for column in range(4)} | {(row, "A") for row in range(1, 6)}
    assert {key for key, cell in cells.items() if cell.rule == WORDS} == words
    assert {cells[key].text for key in words} == {""}
    assert all(cells[key].doubtful and cells[key].picture and not cells[key].digits for key in words)
    numbers = {
        (row, column_name(column)): NUMBERS[row - 1][column - 1] for row in range(1, 6) for column in (1, 2, 3)
    }
    assert {key: cells[key].text for key in numbers} == numbers


def test_a_first_row_and_column_of_numbers_are_read(reader, photographed):
    cells = read(reader, photographed(NUMBERS))
    assert {cell.rule for cell in cells.values()} == {""}
    assert [cells[row, "A"].text for row in range(5)] == [own[0] for own in NUMBERS]


def test_a_number_among_words_keeps_its_text_but_is_not_sure(reader, photographed):
    cells = read(reader, photographed([["Name", "Term", "Exam", "2026"], *([*own, "7"] for own in NUMBERS)]))
    assert [(cells[0, name].text, cells[0, name].status) for name in "ABCD"] == [
        *[("", "unsure")] * 3,
        ("2026", "unsure"),
    ]


def test_numbers_that_touch_a_line_are_no_words(reader, photographed):
    picture = photographed([["", "", ""], *NUMBERS])
    for column, text in enumerate(("4", "47", "83")):
        start = LEFT + column * WIDE - 4, TOP + 44
        cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)
    cells = read(reader, picture)
    assert WORDS not in {cell.rule for cell in cells.values()}
    assert {cells[0, name].text for name in "ABC"} & {"4", "47", "83"}
