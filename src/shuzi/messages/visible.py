"""A text from outside, such as a file's name, becomes one that a terminal shows and does not obey.

An escape sequence can change what stands on a terminal already, a line break can forge a line of output or of a log,
and a mark for writing from right to left can make a name look like another.
"""

from __future__ import annotations

import re

_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls (ISO/IEC 6429); UTF-8 terminals take U+009B for the beginning of a sequence
    "\u2028\u2029"  # ends of lines
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # directions (Unicode Standard Annex #9)
)
_IN_JSON = re.compile(_OBEYED.pattern.replace("\x00-\x1f", ""))  # JSON itself escapes these, and needs line ends


def visible(text: str) -> str:
    r"""Write characters that a terminal would obey as Python writes them.

    >>> print(visible("seven\x1b[31m\n.png"))
    seven\x1b[31m\n.png
    >>> visible("七 7.png")
    '七 7.png'
    """
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def visible_json(text: str) -> str:
    r"""Write the same characters in a JSON text by their numbers, which changes none of its values.

    >>> print(visible_json('{"source": "seven\x9b31m.png"}'))
    {"source": "seven\u009b31m.png"}
    """
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
