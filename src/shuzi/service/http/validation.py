"""A request's JSON is validated, and pydantic's errors become sentences in the current language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from shuzi.errors import ServiceError
from shuzi.messages import say

M = TypeVar("M", bound=BaseModel)

_MARKS = 30_000  # brackets, braces and quotation marks: the most images allowed have 29,001, with their rows

_MOST = 10  # maximum number of sentences: more errors repeat each other

# parts of pydantic's location that no client wrote
_OF_IMAGE = ("as-rows", "as-flat")
_NOT_SAID = ("body", "query", "path", "header", *_OF_IMAGE)

_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("most", "le"),
    "too_short": ("few", "min_length"),
    "too_long": ("many", "max_length"),
}
_KINDS = {
    "int_": "whole",
    "float_": "number",
    "finite_": "number",
    "bool_": "truth",
    "string_": "text",
    "list_": "list",
    "model_": "object",
    "dict_": "object",
}


class ValuesError(ServiceError):
    """Invalid values, with a sentence for each."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__("error.service.value", reasons=" ".join(said[:3]))
        self.said = tuple(said)

    def __reduce__(self) -> tuple[Any, ...]:
        # so that it can come back from another process
        return type(self), (self.said,)


def checked(body: bytes, shape: type[M], marks: int = _MARKS, strict: bool | None = None) -> M:
    """Validate the JSON of a body, with time and memory bounded by valid input, not by the number of errors.

    Parameters
    ----------
    body
        The whole body.
    shape
        The expected schema.
    marks
        Brackets, braces and quotation marks that it may have: each costs an object in memory.
    strict
        Whether types are strict, so that "1" or 1.0 is not 1; None leaves that to the schema.

    Raises
    ------
    ServiceError
        It is not JSON.
    ValuesError
        It does not match the schema.

    Examples
    --------
    >>> from shuzi.service.api.training import TrainingRequest
    >>> checked(b'{"steps": 20}', TrainingRequest).steps
    20
    """
    if sum(map(body.count, (b"[", b"{", b'"'))) > marks:
        raise ValuesError([say("service.value.other", where=say("service.value.body"))])
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as problem:
        raise ServiceError("error.service.json") from problem
    unknown = [each for each in value if each not in shape.model_fields] if isinstance(value, dict) else []
    if len(unknown) > _MOST:  # pydantic would keep an error for each
        raise ValuesError([say("service.value.extra", where=each[:80]) for each in unknown[:_MOST]])
    try:
        return shape.model_validate(value, strict=strict)
    except ValidationError as problem:
        raise ValuesError(sentences(problem.errors(include_url=False, include_input=False))) from problem


def sentences(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Turn pydantic's errors into sentences.

    >>> sentences([{"type": "less_than_equal", "loc": ("body", "steps"), "ctx": {"le": 20_000}}])
    ['steps must be at most 20,000.']
    """
    said = [_sentence(each) for each in errors[:_MOST]]
    if any(each["type"] == "int_of_image" or {*_OF_IMAGE} & {*each["loc"]} for each in errors):
        said.append(say("service.value.image"))
    return said


def _sentence(error: Mapping[str, Any]) -> str:
    kind, where, context = error["type"], _where(error["loc"]), error.get("ctx", {})
    if kind == "missing":
        return say("service.value.missing", where=where)
    if kind == "extra_forbidden":
        return say("service.value.extra", where=where)
    if kind in ("literal_error", "enum"):
        return say("service.value.choice", where=where, expected=context["expected"].replace(" or ", ", "))
    if kind in _BOUNDS:
        name, bound = _BOUNDS[kind]
        return say(f"service.value.{name}", where=where, bound=context[bound])
    for beginning, name in _KINDS.items():
        if kind.startswith(beginning):
            return say(f"service.value.{name}", where=where)
    return say("service.value.other", where=where)


def _where(place: Sequence[str | int]) -> str:
    """Format the path to a value, such as images[0][3].

    >>> _where(("body", "images", 0, 3))
    'images[0][3]'
    """
    steps = [each for each in place if each not in _NOT_SAID]
    named = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in steps)
    return named.lstrip(".") or say("service.value.body")
