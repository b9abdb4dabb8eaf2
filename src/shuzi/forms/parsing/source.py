"""A mistake in a spec's TOML becomes an error that names its line and its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shuzi.declared import Declared, FieldError, closest
from shuzi.errors import DataError, ShuziError
from shuzi.forms.parsing.grammar import LONGEST
from shuzi.messages.visible import visible
from shuzi.toml import line_of


class Source:
    """The file that a spec is read from.

    Parameters
    ----------
    path
        What errors call it.
    text
        Its text, in TOML.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path, self._text = path, text

    def wrong(
        self, error: str, position: int, key: str, table: Mapping[str, Any], tables: str = "fields", **values: Any
    ) -> DataError:
        """Return the error about a key.

        Parameters
        ----------
        error
            Its key in the catalogues.
        position
            That of the field, from 1; 0 is the sheet.
        key
            A key of the field or of the sheet; it may be missing.
        table
            The field or the sheet.
        tables
            The list of tables that `position` counts: "fields" or "versions".
        values
            What the sentence mentions beside path, line, field and key.
        """
        name = table.get("name")
        name = visible(_short(name)) if isinstance(name, str) and name.strip() else position
        place = "spec.in_field" if tables == "fields" else "spec.in_version"
        where = ShuziError(place, name=name) if position else ShuziError("spec.in_sheet")
        line = line_of(self._text, key, tables, position)
        return DataError(error, **values | {"path": self.path, "line": line, "where": where, "option": key})

    def check(
        self, declared: Declared[Any], table: Mapping[str, Any], position: int = 0, tables: str = "fields"
    ) -> None:
        """Raise a DataError if the sheet, a field or a version has an unknown key, or a value that it cannot have.

        The first field, and the first version, is at position 1.
        """
        for key in table:
            if key not in declared.keys:
                meant, known = closest(key, declared.keys), ", ".join(declared.keys)
                error = "error.spec.key_like" if meant else "error.spec.key"
                raise self.wrong(error, position, key, table, tables, known=known, meant=meant)
        try:
            declared.read(table)
        except FieldError as problem:
            key, value = str(problem.path[0]), _short(repr(problem.value))
            raise self.wrong(
                "error.spec.value", position, key, table, tables, value=value, wanted=problem.expected
            ) from problem

    def refuse(
        self, error: str, table: Mapping[str, Any], keys: Sequence[str], position: int = 0, **values: Any
    ) -> None:
        """Raise a DataError if the sheet, or the field, has one of these keys; `values` are what it mentions."""
        for key in table:
            if key in keys:
                raise self.wrong(error, position, key, table, **values)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
