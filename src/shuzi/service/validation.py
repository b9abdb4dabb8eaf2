"""What pydantic finds wrong in a request becomes sentences in the language in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuzi.messages import say

_MOST = 10  # sentences: who sends more mistakes than that sends the same one many times

_NOT_SAID = ("body", "query", "path", "header", "rows", "flat")  # where pydantic looked, and what none has written

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


def sentences(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Put what pydantic found into words.

    >>> sentences([{"type": "less_than_equal", "loc": ("body", "steps"), "ctx": {"le": 20_000}}])
    ['steps should be at most 20000.']
    """
    return [_sentence(each) for each in errors[:_MOST]]


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
    """Name a value by the way to it, such as images[0][3].

    >>> _where(("body", "images", 0, 3))
    'images[0][3]'
    """
    steps = [each for each in place if each not in _NOT_SAID]
    named = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in steps)
    return named.lstrip(".") or say("service.value.body")
