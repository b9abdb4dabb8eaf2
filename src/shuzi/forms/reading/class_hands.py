"""A folder of hands becomes the hand of each row of a form whose rows have a writer each, such as a student."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from shuzi.errors import DataError
from shuzi.forms.result import Table
from shuzi.forms.spec import Spec

_ENDING = ".npz"
_KEPT = " ._-()"  # beside letters and digits of any script, in the name of a file


def writer_of(table: Table, number: int) -> str:
    """Return who wrote a row, from 1: what is printed in it, such as a student's number and name; "" if nothing is.

    >>> from shuzi.forms.result import PRINTED, Cell, Row
    >>> from shuzi.forms.spec import Field
    >>> fields = (Field("id", column="id"), Field("name", column="name"), Field("q"))
    >>> cells = {"id": Cell("007", PRINTED, 1.0), "name": Cell("Ada", PRINTED, 1.0), "q": Cell("7", "ok", 1.0)}
    >>> writer_of(Table("Scores", fields, (Row(1, 0, cells),)), 1)
    '007 Ada'
    """
    cells = table.rows[number - 1].cells
    printed = (cells[field.name].text for field in table.fields if field.name in cells and field.column)
    return " ".join(filter(None, printed))


def hand_file(folder: Path, writer: str) -> Path:
    """Return where a writer's hand is in a folder; characters that no file's name may have are written as %2F.

    >>> hand_file(Path("class"), "7/1 Ada").name, hand_file(Path("class"), "007 李雷").name
    ('7%2F1 Ada.npz', '007 李雷.npz')
    """
    plain = "".join(character if character.isalnum() or character in _KEPT else quote(character, safe="")
                    for character in writer)  # fmt: skip
    return folder / f"{plain}{_ENDING}"


def hands_in(folder: Path, spec: Spec) -> Mapping[int, Path]:
    """Return the hand of each row of a spec's roster, from 0, that has one in a folder.

    Raises
    ------
    DataError
        The spec has no roster, so nothing tells who wrote a row; or two students have one hand in the folder.
    """
    if not spec.printed:
        raise DataError("error.hand.no_roster", path=folder)
    found: dict[int, Path] = {}
    for row, student in enumerate(spec.roster):
        file = hand_file(folder, " ".join(filter(None, (student[field.column] for field in spec.printed))))
        if file in found.values():
            raise DataError("error.hand.same_writer", path=file)
        if file.exists():
            found[row] = file
    return found
