"""A spec's tables of versions become versions of its fields; each mistake is reported with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuzi.errors import DataError
from shuzi.forms.parsing.grammar import VERSION
from shuzi.forms.parsing.keys import WrongKeyError, answers_to
from shuzi.forms.parsing.source import Source
from shuzi.forms.spec import Field
from shuzi.forms.versions import Version


def versions_of(sheet: Mapping[str, Any], source: Source, fields: Sequence[Field]) -> tuple[Version, ...]:
    """Return the versions that a sheet's tables describe; none if it has none.

    Parameters
    ----------
    sheet
        What the file says.
    source
        The file.
    fields
        The sheet's, in order.

    Raises
    ------
    DataError
        There is a mistake, or the sheet is one that cannot have versions.
    """
    if "versions" not in sheet:
        return ()
    if "rows" in sheet or "blank" in sheet or any(field.column for field in fields):
        raise source.wrong("error.spec.no_versions", 1, "versions", sheet["versions"][0], "versions")
    found: list[Version] = []
    for position, table in enumerate(sheet["versions"], start=1):
        source.check(VERSION, table, position, "versions")

        def wrong(error: str, key: str, position: int = position, table: Any = table, **values: Any) -> DataError:
            return source.wrong(error, position, key, table, "versions", **values)

        if "name" not in table:
            raise wrong("error.spec.missing", "name")
        name = table["name"].strip()
        # as a spreadsheet compares them
        if same := next((version.name for version in found if version.name.casefold() == name.casefold()), None):
            raise wrong("error.spec.version_twice", "name", value=same)
        by_name = {field.name: field for field in fields}
        order = table.get("order", [])
        for index, field_name in enumerate(order):
            if field_name not in by_name or field_name in order[:index]:
                raise wrong("error.spec.version_field", "order", value=field_name)
        keys = {}
        for field_name, key in table.get("keys", {}).items():
            if field_name not in by_name or not by_name[field_name].key:
                raise wrong("error.spec.version_key", f"keys.{field_name}", value=field_name)
            try:
                keys[field_name] = answers_to(by_name[field_name], key)
            except WrongKeyError as problem:
                raise wrong(
                    "error.spec.key_value", f"keys.{field_name}", value=problem.answer, reason=problem.reason
                ) from problem
        found.append(Version.of(name, fields, order, keys))
    return tuple(found)
