"""Untrusted text, such as a file name, is escaped so that a terminal or spreadsheet shows it and does not act on it.

An escape sequence can change earlier output on a terminal, a line break can forge a line of output or of a log, and a
right-to-left mark can disguise a name.
"""

from __future__ import annotations

import re

OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls (ISO/IEC 6429); UTF-8 terminals treat U+009B as the start of a sequence
    "\u2028\u2029"  # line separators
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional controls (Unicode Standard Annex #9)
)
"""The characters that a terminal acts on."""

FORMULA = (*"=+-@＝＋－＠", "\t", "\r")  # spreadsheets take text that starts with one of these for a formula
_IN_JSON = re.compile(OBEYED.pattern.replace("\x00-\x1f", ""))  # JSON itself escapes these, and needs line ends


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
