"""Fields that a person draws on a blank form become a spec; each mistake is reported with its line and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shuzi.forms.parse import Beside, beside_file, read_text, spec_of_tables
from shuzi.forms.parsing.grammar import FIELD
from shuzi.forms.parsing.source import Source
from shuzi.forms.spec import Spec
from shuzi.forms.toml import tables_of
from shuzi.ink.boxes import Box


@dataclass(frozen=True)
class Drawn:
    """Fields that a person draws on a blank form, in a text like a spec: `at` of each says where it is.

    Parameters
    ----------
    text
        The text, in TOML.
    path
        What errors call it: its file.
    beside
        Returns the roster that the text names.
    """

    text: str
    path: Path
    beside: Beside

    @staticmethod
    def of(path: Path) -> Drawn:
        """Read a file; raises DataError."""
        return Drawn(read_text(path), path, beside_file(path))


def read_drawn(drawn: Drawn, sheet: Mapping[str, Any], blank: bytes, placed: Callable[[Box], Box]) -> Spec:
    """Read drawn fields as a spec; the style of those that name none is "".

    Parameters
    ----------
    drawn
        The fields.
    sheet
        What the spec says of the sheet, such as its title and paper, where the text does not say it.
    blank
        The blank form, as a PNG.
    placed
        Turns a box as the text gives it into one in millimetres.

    Raises
    ------
    DataError
        There is a mistake, which the error names with its line and field.
    """
    given = tables_of(drawn.text, drawn.path)
    source = Source(drawn.path, drawn.text)
    fields = given.get("fields", [])
    named = set()
    for number, table in enumerate(fields if isinstance(fields, list) else [], start=1):
        if not isinstance(table, dict):
            continue
        if "style" in table or "style" in given:
            named.add(number)
        if "at" in table:
            source.check(FIELD, {"at": table["at"]}, number)
            single = not isinstance(table["at"][0], list)
            boxes = [[*placed(Box(*box))] for box in ([table["at"]] if single else table["at"])]
            table["at"] = boxes[0] if single else boxes
    source.refuse("error.trace.sheet", given, ("paper", "landscape", "blank"))
    spec = spec_of_tables({**sheet, **given, "blank": "-"}, source, drawn.beside, blank)
    made = [field if n in named else replace(field, style="") for n, field in enumerate(spec.fields, start=1)]
    return replace(spec, fields=tuple(made))
