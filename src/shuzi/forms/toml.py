"""The bytes of a spec become TOML tables, unless they are larger or deeper than any spec."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from shuzi import toml
from shuzi.data.tables import check_size
from shuzi.errors import DataError

LARGEST = 200_000
"""Bytes that a spec may have."""

_MOST_DOTS = 8  # of a key: tomllib takes as long as the square of their number
# strings and comments, in which dots join no keys; what is not closed ends with the line or the text, as is an error
_QUOTED = re.compile(
    r'"""(?:[^\\"]|\\[\s\S]|"(?!""))*+(?:""")?+'
    r"|'''(?:[^']|'(?!''))*+(?:''')?+"
    r'|"(?:[^"\\\n]|\\.)*+"?+'
    r"|'[^'\n]*+'?+"
    r"|\#[^\n]*+"
)
_DEEP = re.compile(rf"(?:\.[ \t]*+[\w-]++[ \t]*+){{{_MOST_DOTS + 1}}}")


def text_of(content: bytes, path: Path) -> str:
    r"""Return the text of a spec; errors call it `path`.

    Raises
    ------
    DataError
        It is too large, or not UTF-8.

    Examples
    --------
    >>> text_of(b'\xef\xbb\xbftitle = "Scores"', Path("scores.toml"))
    'title = "Scores"'
    """
    check_size(content, path, LARGEST, "error.spec.large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError("error.spec.encoding", path=path) from problem


def tables_of(text: str, path: Path) -> dict[str, Any]:
    r"""Return what a text in TOML says; errors call it `path`.

    Raises
    ------
    DataError
        It is not TOML, or a key has more than 8 dots.

    Examples
    --------
    >>> tables_of('title = "a.b.c.d.e.f.g.h.i.j.k"', Path("scores.toml"))
    {'title': 'a.b.c.d.e.f.g.h.i.j.k'}
    """
    plain = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else "_" + "\n" * found[0].count("\n"), text)
    if deep := _DEEP.search(plain):
        line = plain.count("\n", 0, deep.start()) + 1
        raise DataError("error.spec.dots", path=path, line=line, most=_MOST_DOTS)
    try:
        return toml.loads(text)
    except (ValueError, RecursionError) as problem:  # not only TOMLDecodeError: a number may be too long
        raise DataError("error.spec.toml", path=path, reason=problem) from problem
