"""Values from a file become what a type declares, or an error: where it is, and what was expected there.

Pydantic compares them; its own sentences, which are English, are not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, WrapValidator
from pydantic_core import PydanticCustomError

from shuzi.errors import ShuziError

T = TypeVar("T")

_STRUCTURES = {"dict_type": "object", "dataclass_type": "object", "tuple_type": "list", "list_type": "list"}
_EXPECTED = "expected"
_LARGEST = 1e300  # of a number: files can hold integers that do not fit in a float


def expected(key: str, **values: Any) -> WrapValidator:
    """Return an annotation: a value that does not fit the annotated type is not what this sentence describes."""

    def check(value: Any, fit: Any) -> Any:
        try:
            return fit(value)
        except ValidationError as problem:
            raise PydanticCustomError(_EXPECTED, "{key}", {"key": key, "values": values}) from problem

    return WrapValidator(check)


def that(fits: Callable[[Any], bool], key: str, **values: Any) -> BeforeValidator:
    """Return an annotation like `expected`, with a predicate that says which values fit."""

    def check(value: Any) -> Any:
        if not fits(value):
            raise PydanticCustomError(_EXPECTED, "{key}", {"key": key, "values": values})
        return value

    return BeforeValidator(check)


def between(lowest: int, highest: int) -> BeforeValidator:
    """Return an annotation for whole numbers from `least` to `most`."""
    return that(
        lambda value: type(value) is int and lowest <= value <= highest, "expected.between", min=lowest, max=highest
    )


def one_of(*names: str) -> BeforeValidator:
    """Return an annotation for texts of which there are only these."""
    return that(lambda value: value in names, "expected.one_of", names=", ".join(names))


Text = Annotated[str, Field(strict=True), expected("expected.text")]
Flag = Annotated[bool, Field(strict=True), expected("expected.flag")]
Whole = Annotated[int, Field(strict=True, ge=0, lt=2**63), expected("expected.whole")]
Number = Annotated[float, Field(strict=True, gt=-_LARGEST, lt=_LARGEST), expected("expected.number")]
Positive = Annotated[float, Field(strict=True, gt=0, lt=_LARGEST), expected("expected.positive")]
Fraction = Annotated[float, Field(strict=True, ge=0, le=1), expected("expected.fraction")]


class FieldError(Exception):
    """A value is not what was declared: where it is, and what was expected there; None if it is missing."""

    def __init__(self, path: Sequence[str | int], value: Any, expected: ShuziError | None, missing: bool) -> None:
        super().__init__(path)
        self.path, self.value, self.expected, self.missing = tuple(path), value, expected, missing

    @property
    def field(self) -> str:
        """The path as it would be written in code."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")


class Declared(Generic[T]):
    """A type whose values come from files: annotated fields, such as a dataclass."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(self._kind.__annotations__)

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def read(self, values: Any) -> T:
        """Return values as the declared type; raises a FieldError for the first that does not fit."""
        try:
            return self._adapter.validate_python(values)
        except ValidationError as problem:
            error = problem.errors(include_url=False)[0]
            raise FieldError(error["loc"], error["input"], _expected(error), error["type"] == "missing") from problem


def closest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that somebody who typed another one may have meant, if any."""
    return next(iter(get_close_matches(name, names, 1)), None)


def _expected(error: Any) -> ShuziError | None:
    if error["type"] == _EXPECTED:
        return ShuziError(error["ctx"]["key"], **error["ctx"]["values"])
    if error["type"] in _STRUCTURES:
        return ShuziError(f"expected.{_STRUCTURES[error['type']]}")
    return None
