"""A sheet in several versions: the same fields in another order, or with other keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a spec has versions
    from shuzi.forms.spec import Field, Spec


@dataclass(frozen=True)
class Version:
    """A version of a sheet: its name, and the fields in its order with its keys."""

    name: str
    fields: tuple[Field, ...]

    @staticmethod
    def of(name: str, fields: Sequence[Field], order: Iterable[str], keys: Mapping[str, tuple[str, ...]]) -> Version:
        """Return a version of some fields.

        Parameters
        ----------
        name
            Its name.
        fields
            Those of the sheet.
        order
            The names of those that change places, in their order.
        keys
            The keys that differ, by field.

        Examples
        --------
        >>> from shuzi.forms.spec import Field
        >>> fields = [Field(name, boxes=1, key=("7",), points=1.0) for name in ("q1", "q2", "q3")]
        >>> version = Version.of("B", fields, ["q3", "q1"], {"q1": ("8",)})
        >>> [(field.name, field.key) for field in version.fields]
        [('q3', ('7',)), ('q2', ('7',)), ('q1', ('8',))]
        """
        # a table that somebody wrote may have keys of ungraded fields, or two fields of one name
        own = {field.name: replace(field, key=field.key and keys.get(field.name, field.key)) for field in fields}
        moved = [field_name for field_name in dict.fromkeys(order) if field_name in own]
        places = iter(moved)
        return Version(
            name, tuple(own[next(places, field.name) if field.name in moved else field.name] for field in fields)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "order": [field.name for field in self.fields],
            "keys": {field.name: [*field.key] for field in self.fields if field.key},
        }


def sheets_of(spec: Spec) -> tuple[Spec, ...]:
    """Return a spec for each version of a sheet, with an id of its own; the spec itself if it has no versions.

    >>> from shuzi.forms.spec import Field, Spec
    >>> fields = (Field("q1", boxes=1), Field("q2", boxes=1))
    >>> spec = Spec("Exam", fields, versions=(Version("A", fields), Version("B", fields[::-1])))
    >>> [(sheet.version, sheet.fields[0].name) for sheet in sheets_of(spec)], len({s.id for s in sheets_of(spec)})
    ([('A', 'q1'), ('B', 'q2')], 2)
    """
    if not spec.versions:
        return (spec,)
    return tuple(replace(spec, fields=version.fields, version=version.name, versions=()) for version in spec.versions)
