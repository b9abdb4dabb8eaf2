"""A pattern as an automaton: after each character it is in a set of positions of the pattern.

Each character of a pattern is a position with the characters that may stand there (Glushkov, 1961), so there are no
empty steps, and a set of positions is one whole number, whose bits are the positions. Sets are made as they are met:
all of them would be exponentially many. The page does the same in TypeScript (`web/src/reading/patterns`). Libraries
such as interegular and greenery expand repetitions before they could be counted, and make all sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shuzi.models.tasks import CLASSES, DIGITS, MARKS

LETTERS = DIGITS + MARKS
"""The characters that a pattern is about, in the order of the recogniser's classes."""

START = 1
"""The set of positions before the first character."""

_DIGIT_CLASSES = (1 << len(DIGITS)) - 1


@dataclass(frozen=True)
class Part:
    """A part of a pattern.

    Parameters
    ----------
    letters
        For each of its positions, the characters that may stand there: bit n is that of `LETTERS`.
    follow
        For each position, the positions that may come after it.
    first, last
        The positions that it may begin and end with.
    is_optional
        Whether nothing need be written.
    """

    letters: tuple[int, ...] = ()
    follow: tuple[int, ...] = ()
    first: int = 0
    last: int = 0
    is_optional: bool = True

    @staticmethod
    def of(letters: int) -> Part:
        """Return the part for one character."""
        return Part((letters,), (0,), 1, 1, is_optional=False)

    def repeated(self, least: int, copies: int, is_endless: bool) -> Part:
        """Return this part so many times: `least` at least, `copies` at most or, if that is endless, any number."""
        size, first = len(self.letters), self.first
        follow: list[int] = []
        last = 0
        # each copy leads to the next one, so there is one way through any number of them
        least = 0 if self.is_optional else least
        for copy in range(1, copies + 1):
            offset = len(follow)
            following = offset if copy == copies else offset + size
            after = first << following if copy < copies or is_endless else 0
            follow += [
                more << offset | (after if self.last >> index & 1 else 0) for index, more in enumerate(self.follow)
            ]
            if copy >= least:
                last |= self.last << offset
        return Part(self.letters * copies, tuple(follow), first if copies else 0, last, least == 0)


def join_sequence(parts: Sequence[Part]) -> Part:
    """Join parts that follow one another."""
    letters: list[int] = []
    follow: list[int] = []
    first, last, is_optional = 0, 0, True
    for part in parts:
        offset = len(letters)
        for index in _bits(last):
            follow[index] |= part.first << offset
        letters += part.letters
        follow += [more << offset for more in part.follow]
        if is_optional:
            first |= part.first << offset
        last = part.last << offset | (last if part.is_optional else 0)
        is_optional &= part.is_optional
    return Part(tuple(letters), tuple(follow), first, last, is_optional)


def join_alternatives(parts: Sequence[Part]) -> Part:
    """Join parts of which one is written."""
    letters: list[int] = []
    follow: list[int] = []
    first = last = 0
    for part in parts:
        offset = len(letters)
        letters += part.letters
        follow += [more << offset for more in part.follow]
        first, last = first | part.first << offset, last | part.last << offset
    return Part(tuple(letters), tuple(follow), first, last, any(part.is_optional for part in parts))


@dataclass(frozen=True)
class Automaton:
    """Tells which texts fit a pattern, character by character; made by `expression.compile_pattern`.

    Parameters
    ----------
    follow
        For each position, the positions that may come after it; position 0 is before the first character.
    having
        For each of `LETTERS`, the positions where it may stand.
    accepting
        The positions that a text may end with.
    counted
        How many of the recogniser's classes are part of a text; others are passed over, as signs always are.

    Examples
    --------
    >>> two_digits = Automaton.of(join_sequence([Part.of(_DIGIT_CLASSES)] * 2))
    >>> two_digits.accepts("42"), two_digits.accepts("4?2"), two_digits.accepts("4.2"), two_digits.accepts("4")
    (True, True, False, False)
    >>> two_digits.step(two_digits.step(START, 4), 2) & two_digits.accepting != 0
    True
    """

    follow: tuple[int, ...]
    having: tuple[int, ...]
    accepting: int
    counted: int = len(LETTERS)

    @staticmethod
    def of(part: Part) -> Automaton:
        """Return the automaton of a whole pattern."""
        having = [
            sum(1 << index for index, letters in enumerate(part.letters, start=1) if letters >> label & 1)
            for label in range(len(LETTERS))
        ]
        follow = (part.first << 1, *(more << 1 for more in part.follow))
        return Automaton(follow, tuple(having), part.last << 1 | part.is_optional)

    @property
    def may_have_digits(self) -> bool:
        """Whether a text that fits may have a digit."""
        return any(self.having[: len(DIGITS)])

    def step(self, positions: int, label: int) -> int:
        """Return the positions after one more character, a class of the recogniser; 0 if it does not fit."""
        if label >= self.counted:
            return positions
        after = 0
        for index in _bits(positions):
            after |= self.follow[index]
        return after & self.having[label]

    def accepts(self, text: str) -> bool:
        """Tell whether a text fits; signs in it do not count."""
        positions = START
        for character in text:
            if character not in CLASSES:  # the end of a line
                return False
            positions = self.step(positions, CLASSES.index(character))
        return bool(positions & self.accepting)

    def may_hold(self, whole: int, decimals: int = 0) -> bool:
        """Tell whether a text of so many digits, and so many behind a point, may fit.

        >>> two_digits = Automaton.of(join_sequence([Part.of(_DIGIT_CLASSES)] * 2))
        >>> two_digits.may_hold(2), two_digits.may_hold(1), two_digits.may_hold(1, 1)
        (True, False, False)
        """
        digits, point = range(len(DIGITS)), [CLASSES.index(".")]
        positions = START
        for labels in [digits] * whole + ([point, *[digits] * decimals] if decimals else []):
            after = 0
            for label in labels:
                after |= self.step(positions, label)
            positions = after
        return bool(positions & self.accepting)

    def endings(self, most: int) -> list[int]:
        """Return, for 0 to `most` characters, the positions after which exactly so many more can end a text."""
        endings = [self.accepting]
        for _ in range(most):
            before = endings[-1]
            endings.append(sum(1 << index for index, more in enumerate(self.follow) if more & before))
        return endings

    def rarity(self, length: int) -> float:
        """Return the fraction of all texts of so many characters that fit, or more where the pattern is ambiguous.

        >>> round(Automaton.of(join_sequence([Part.of(_DIGIT_CLASSES)] * 2)).rarity(2), 4) == round((10 / 15) ** 2, 4)
        True
        """
        size = len(self.follow)
        after = np.array([_unpacked(more, size) for more in self.follow], np.float64)
        fractions = sum(_unpacked(positions, size) for positions in self.having) / len(LETTERS)
        reached = _unpacked(START, size)
        for _ in range(length):
            # paths to a position: at least as many as texts, which are all of them at most
            reached = np.minimum(reached @ after * fractions, 1.0)
        return min(float(reached @ _unpacked(self.accepting, size)), 1.0)

    def of_digits(self) -> Automaton:
        """Return the same pattern for texts whose marks do not count."""
        return replace(self, counted=len(DIGITS))

    def with_commas(self) -> Automaton:
        """Return the same pattern, where a comma may stand for a point."""
        point, comma = LETTERS.index("."), LETTERS.index(",")
        having = [*self.having]
        having[comma] |= having[point]
        return replace(self, having=tuple(having))


def _bits(whole: int) -> Iterator[int]:
    """Yield the positions of a set."""
    while whole:
        lowest = whole & -whole
        yield lowest.bit_length() - 1
        whole ^= lowest


def _unpacked(whole: int, size: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a set as 0 and 1 for each position: float64 (size,)."""
    packed = np.frombuffer(whole.to_bytes(-(-size // 8), "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little")[:size].astype(np.float64)
