"""What the labels of crops say: which digit it is, that it is none, or that it is none but looks like one."""

from __future__ import annotations

from collections.abc import Mapping

from shuzi.models.tasks import DIGITS

NOT_A_DIGIT = 10
"""The label of what is no digit."""

LOOKS_LIKE = 11
"""The label of what is no digit but looks like a 0; that of what looks like a 1 is one more, and so on."""

# the marks among them differ from digits in size alone, which a crop does not show
_LOOK_ALIKES: Mapping[str, int] = {
    character: digit
    for digit, characters in enumerate(("Oo", "Il|/\\,'`", "Zz", "", "", "Ss", "b", "", "B", "gq"))
    for character in characters
}

LOOK_ALIKES = frozenset(_LOOK_ALIKES)
"""Characters that somebody writes as somebody else writes a digit."""


def label_of(character: str) -> int:
    """Return the label of a crop of that character.

    >>> [label_of(each) for each in "07AO"]
    [0, 7, 10, 11]
    """
    if character in DIGITS:
        return int(character)
    return LOOKS_LIKE + _LOOK_ALIKES[character] if character in _LOOK_ALIKES else NOT_A_DIGIT
