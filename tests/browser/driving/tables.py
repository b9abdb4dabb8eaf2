"""A table as `shuzi form read` makes one."""

import io

import numpy as np
from PIL import Image

from shuzi.forms.kinds import Field
from shuzi.forms.result import Cell, Row, Table


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((80, 160), 200, np.uint8)).save(file, "png")
    return file.getvalue()


def table_of(rows: int, title: str = "Scores") -> Table:
    """Return a table in which every tenth row has a doubtful cell, the later the more doubtful."""
    found = []
    for number in range(rows):
        doubtful = number % 10 == 3
        share = 0.9 - 0.5 * number / rows
        score = Cell("17", "unsure", share, alternatives=(("17", share), ("?7", 0.1), ("11", 0.05)), picture=png())
        cells = {"id": Cell(f"{number:03}", "printed", 1.0), "q1": score if doubtful else Cell("5", "ok", 1.0)}
        found.append(Row(1, number, cells | {f"q{n}": Cell(str(n), "ok", 1.0, source="a.jpg") for n in range(2, 6)}))
    fields = (Field("id", column="id"), *(Field(f"q{n}", f"Question {n}", boxes=2) for n in range(1, 6)))
    return Table(title, fields, tuple(found))
