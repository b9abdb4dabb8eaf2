"""A key and values become a sentence in the reader's language.

Every sentence that users read is in two gettext catalogues, `zh/LC_MESSAGES/shuzi.po` and `en/LC_MESSAGES/shuzi.po`,
under the same key. They are compiled when shuzi is installed.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Literal, SupportsIndex, get_args

from shuzi.messages.visible import visible

Language = Literal["zh", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)
CATALOGUES = Path(__file__).parent

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
