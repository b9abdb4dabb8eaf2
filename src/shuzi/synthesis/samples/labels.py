"""The labels of crops: a digit, a non-digit, or a non-digit that looks like a certain digit."""

from __future__ import annotations

from collections.abc import Mapping

from shuzi.models.tasks import DIGITS

NOT_A_DIGIT = 10
"""The label of a non-digit."""

LOOKS_LIKE = 11
"""The label of a non-digit that looks like a 0; one more for one that looks like a 1, and so on."""

# marks that differ from digits only in size, which a crop does not show
_LOOK_ALIKES: Mapping[str, int] = {
    character: digit
    for digit, characters in enumerate(("Oo", "Il|/\\,'`", "Zz", "", "", "Ss", "b", "", "B", "gq"))
    for character in characters
}

LOOK_ALIKES = frozenset(_LOOK_ALIKES)
"""Characters that one person writes like another person's digit."""


def label_of(character: str) -> int:
    """Return the label for a crop of a character.

    >>> [label_of(each) for each in "07AO"]
    [0, 7, 10, 11]
    """
    if character in DIGITS:
        return int(character)
    return LOOKS_LIKE + _LOOK_ALIKES[character] if character in _LOOK_ALIKES else NOT_A_DIGIT
