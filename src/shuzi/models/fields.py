"""The fields of a JSON object become typed values; an error names any that is missing or has the wrong type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shuzi.errors import ModelError, ShuziError

_NEEDED: Any = object()
_LARGEST = 1e300  # of a number: JSON allows NaN, infinities and integers that do not fit in a float
_SHOWN = 80  # characters of an invalid value that an error quotes


class Fields:
    """The fields of an object in a model's card.

    Parameters
    ----------
    values
        The object, or any other JSON value found in its place.
    path
        The model's file, for errors.
    place
        Where the object is in the card, such as "input"; "" is the card itself.

    Raises
    ------
    ModelError
        The value is not an object. All methods raise it too, if a field without a default is missing or has the wrong
        type.

    Examples
    --------
    >>> Fields({"n": 10}, "model.onnx").whole("n")
    10
    >>> Fields({}, "model.onnx", "scores").whole("n")
    Traceback (most recent call last):
    shuzi.errors.ModelError: The card of model.onnx lacks scores.n. The file is damaged or was not written by shuzi.
    """

    def __init__(self, values: Any, path: object, place: str = "") -> None:
        self._path = path
        self._place = place
        if not isinstance(values, dict):
            raise self._wrong("", "object", values)
        self._values = values

    def text(self, name: str, default: Any = _NEEDED) -> str:
        """Return a string."""
        return str(self._take(name, default, "text", lambda value: isinstance(value, str)))

    def whole(self, name: str, default: Any = _NEEDED) -> int:
        """Return an integer that is not negative."""
        return int(self._take(name, default, "whole", _is_whole))

    def number(self, name: str, default: Any = _NEEDED) -> float:
        """Return a finite number."""
        return float(self._take(name, default, "number", _is_number))

    def positive(self, name: str, default: Any = _NEEDED) -> float:
        """Return a finite number above 0."""
        return float(self._take(name, default, "positive", lambda value: _is_number(value) and value > 0))

    def fraction(self, name: str) -> float:
        """Return a number from 0 to 1."""
        return float(self._take(name, _NEEDED, "share", _is_fraction))

    def texts(self, name: str, default: Any = _NEEDED) -> Mapping[str, str]:
        """Return an object of strings."""
        found = self._take(name, default, "object", lambda value: isinstance(value, dict))
        return {each: Fields(found, self._path, self._of(name)).text(each) for each in found}

    def numbers(self, name: str, default: Any = _NEEDED) -> Mapping[str, float]:
        """Return an object of finite numbers."""
        found = self._take(name, default, "object", lambda value: isinstance(value, dict))
        return {each: Fields(found, self._path, self._of(name)).number(each) for each in found}

    def object(self, name: str) -> dict[str, Any]:
        """Return an object with any content."""
        return dict(self._take(name, _NEEDED, "object", lambda value: isinstance(value, dict)))

    def has(self, name: str) -> bool:
        """Return whether the field exists and is not null."""
        return self._values.get(name) is not None

    def fields(self, name: str) -> Fields:
        """Return the `Fields` of a nested object."""
        return Fields(self.object(name), self._path, self._of(name))

    def objects(self, name: str) -> dict[str, Fields]:
        """Return the `Fields` of each object in an object."""
        found = self.object(name)
        return {each: Fields(value, self._path, f"{self._of(name)}.{each}") for each, value in found.items()}

    def list(self, name: str) -> list[Fields]:
        """Return the `Fields` of each object in a list."""
        found = self._take(name, _NEEDED, "list", lambda value: isinstance(value, list))
        return [Fields(each, self._path, f"{self._of(name)}[{place}]") for place, each in enumerate(found)]

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return tuple(self._take(name, _NEEDED, "list", lambda value: _all(value, lambda one: isinstance(one, str))))

    def pair(self, name: str, default: Any = _NEEDED) -> tuple[float, float] | None:
        """Return a list of two finite numbers; null is allowed if it is the default."""
        found = self._take(name, default, "pair", lambda value: _all(value, _is_number) and len(value) == 2, default)
        return None if found is None else (found[0], found[1])

    def interval(self, name: str) -> tuple[float, float]:
        """Return a list of two numbers from 0 to 1."""
        low, high = self._take(name, _NEEDED, "interval", lambda value: _all(value, _is_fraction) and len(value) == 2)
        return low, high

    def shape(self, name: str) -> tuple[int | str, ...]:
        """Return a shape: a list of dimensions, each an integer or a name."""

        def is_side(value: Any) -> bool:
            return isinstance(value, str) or (_is_whole(value) and value > 0)

        return tuple(self._take(name, _NEEDED, "shape", lambda value: _all(value, is_side)))

    def _take(self, name: str, default: Any, kind: str, fits: Any, also: Any = _NEEDED) -> Any:
        value = self._values.get(name, default)
        if value is _NEEDED:
            raise ModelError("error.model.card_missing", path=self._path, field=self._of(name))
        if value is default or (also is not _NEEDED and value == also) or fits(value):
            return value
        raise self._wrong(name, kind, value)

    def _of(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place and name else self._place or name

    def _wrong(self, name: str, kind: str, found: Any) -> ModelError:
        shown = json.dumps(found, ensure_ascii=False)[:_SHOWN]
        wanted = ShuziError(f"models.kind.{kind}")
        return ModelError(
            "error.model.card_value", path=self._path, field=self._of(name) or "{}", wanted=wanted, found=shown
        )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _is_fraction(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _all(value: Any, fits: Any) -> bool:
    return isinstance(value, list) and all(map(fits, value))
