"""A key and values become a sentence in the reader's language.

Every sentence that users read is in two gettext catalogues, `zh/LC_MESSAGES/shuzi.po` and `en/LC_MESSAGES/shuzi.po`,
under the same key. They are compiled when shuzi is installed.

Untrusted text in them, such as a file name, is escaped so that a terminal or spreadsheet shows it and does not act on
it: an escape sequence can change earlier output on a terminal, a line break can forge a line of output or of a log,
and a right-to-left mark can disguise a name.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Literal, SupportsIndex, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)
CATALOGUES = Path(__file__).parent

OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls (ISO/IEC 6429); UTF-8 terminals treat U+009B as the start of a sequence
    "\u2028\u2029"  # line separators
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional controls (Unicode Standard Annex #9)
)
"""The characters that a terminal acts on."""

FORMULA = (*"=+-@＝＋－＠", "\t", "\r")  # spreadsheets take text that starts with one of these for a formula
_IN_JSON = re.compile(OBEYED.pattern.replace("\x00-\x1f", ""))  # JSON itself escapes these, and needs line ends

_LONGEST = 600  # maximum length of a value: fits paths of some folders, and lists of names
_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def from_environment(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language given by SHUZI_LANG, else by the locale."""
    for name in ("SHUZI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def language() -> str:
    """Return the current language: "zh" or "en"."""
    return _chosen.get() or from_environment()


def use(code: str) -> None:
    """Set the language, "zh" or "en", for this thread or task."""
    _chosen.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Set the language inside a with block."""
    token = _chosen.set(code)
    try:
        yield
    finally:
        _chosen.reset(token)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("shuzi", CATALOGUES, languages=[code])


def say(key: str, in_language: str | None = None, /, **values: Any) -> str:
    """Put a key and its values into words, in the current language; an integer `n` chooses singular or plural."""
    with speaking(in_language or language()):
        sentence = _sentence(key, values.get("n"))
        if sentence == key:
            raise KeyError(key)
        return sentence.format(**{name: _shown(value) for name, value in values.items()})


def counted(what: str, n: int) -> str:
    """Return a count with its noun, for use in a longer sentence: "images", "parameters" or "steps"."""
    return say(f"count.{what}", n=n)


def _sentence(key: str, n: object) -> str:
    catalogue = _catalogue(language())
    if n is None or not isinstance(n, SupportsIndex):  # NumPy's integers count too; checking None is slow
        return catalogue.gettext(key)
    counted = catalogue.ngettext(key, key, int(n))
    return catalogue.gettext(key) if counted == key else counted  # gettext returns the key if there is no plural


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return "".join(f"\n  - {_shown(item)}" for item in value)
    # a ShuziError becomes a sentence here
    foreign = isinstance(value, BaseException) and not hasattr(value, "sentence")
    return _cut(visible(str(value))) if foreign or isinstance(value, str | PurePath) else value


def _cut(text: str) -> str:
    """Cut the middle out of a text that is too long for a sentence, such as a name of thousands of letters."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def visible(text: str) -> str:
    """Escape characters that a terminal would act on, in Python's notation."""
    return OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def visible_json(text: str) -> str:
    r"""Escape the same characters in JSON text as \\u sequences, which changes none of its values."""
    return _IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def neutral(text: str) -> str:
    """Keep a text from being taken for a formula, and escape characters that a terminal would act on."""
    text = visible(text).encode("utf-8", "backslashreplace").decode()  # a file's name need not be UTF-8
    harmless = re.fullmatch(r"-?\d+([.,]\d+)*", text)
    return f"'{text}" if text.lstrip().startswith(FORMULA) and not harmless else text
