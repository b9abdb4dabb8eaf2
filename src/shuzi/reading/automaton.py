"""A pattern as an automaton: after each character it is in a set of positions of the pattern.

Each character of a pattern is a position with the characters that may stand there (Glushkov, 1961), so there are no
empty steps, and a set of positions is one whole number, whose bits are the positions. Sets are made as they are met:
all of them would be exponentially many. The page does the same in TypeScript (`web/src/reading/patterns`). Libraries
such as interegular and greenery expand repetitions before they could be counted, and make all sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from shuzi.errors import DataError
from shuzi.models.tasks import CLASSES, DIGITS, MARKS

LETTERS = DIGITS + MARKS
"""The characters that a pattern is about, in the order of the recogniser's classes."""

START = 1
"""The set of positions before the first character."""


@dataclass(frozen=True)
class Part:
    """A part of a pattern."""

    letters: tuple[
        int, ...
    ] = ()  # for each position, the characters that may stand there: bit n is that of `LETTERS`
    follow: tuple[int, ...] = ()  # for each position, the positions that may come after it
    first: int = 0  # the positions that it may begin with
    last: int = 0
    is_optional: bool = True  # nothing need be written

    @staticmethod
    def of(letters: int) -> Part:
        """Return the part for one character."""
        return Part((letters,), (0,), 1, 1, is_optional=False)

    def repeated(self, min_count: int, copies: int, is_endless: bool) -> Part:
        """Return this part so many times: at most `copies` or, if that is endless, any number."""
        size, first = len(self.letters), self.first
        follow: list[int] = []
        last = 0
        # each copy leads to the next one, so there is one way through any number of them
        min_count = 0 if self.is_optional else min_count
        for copy in range(1, copies + 1):
            offset = len(follow)
            following = offset if copy == copies else offset + size
            after = first << following if copy < copies or is_endless else 0
            follow += [
                more << offset | (after if self.last >> index & 1 else 0) for index, more in enumerate(self.follow)
            ]
            if copy >= min_count:
                last |= self.last << offset
        return Part(self.letters * copies, tuple(follow), first if copies else 0, last, min_count == 0)


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
    """Tells which texts fit a pattern, character by character; made by `compile_pattern`."""

    follow: tuple[int, ...]  # for each position, those that may come after it; 0 is before the first character
    having: tuple[int, ...]  # for each of `LETTERS`, the positions where it may stand
    accepting: int  # the positions that a text may end with
    counted: int = len(LETTERS)  # the recogniser's classes in a text; others are passed over, as signs always are

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
        """Tell whether a text of so many digits, and so many behind a point, may fit."""
        digits, point = range(len(DIGITS)), [CLASSES.index(".")]
        positions = START
        for labels in [digits] * whole + ([point, *[digits] * decimals] if decimals else []):
            after = 0
            for label in labels:
                after |= self.step(positions, label)
            positions = after
        return bool(positions & self.accepting)

    def endings(self, count: int) -> list[int]:
        """Return, for 0 to `count` characters, the positions after which exactly so many more can end a text."""
        endings = [self.accepting]
        for _ in range(count):
            before = endings[-1]
            endings.append(sum(1 << index for index, more in enumerate(self.follow) if more & before))
        return endings

    def rarity(self, length: int) -> float:
        """Return the fraction of all texts of so many characters that fit, or more where the pattern is ambiguous."""
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


LONGEST_PATTERN: Final = 200
"""Characters that a pattern may have."""
MAX_POSITIONS: Final = 1_000
"""Characters that it may have once its repetitions are written out."""

_DAY, _MONTH, _YEAR = "(0?[1-9]|[12]\\d|3[01])", "(0?[1-9]|1[0-2])", "(\\d\\d)?\\d\\d"
_HOUR = "([01]?\\d|2[0-3])"

NAMED_PATTERNS: Final = {
    "integer": "-?\\d+",
    "amount": "(\\d+|\\d{1,3}(,\\d{3})+)(\\.\\d\\d?-?|\\.?--?)?|(\\d+|\\d{1,3}(\\.\\d{3})+)(,\\d\\d?-?|,?--?)?",
    "date": "|".join(
        f"({_DAY}{mark}{_MONTH}|{_MONTH}{mark}{_DAY}){mark}{_YEAR}|\\d{{4}}{mark}{_MONTH}{mark}{_DAY}"
        for mark in ("\\.", "-", "/")
    ),
    "time": f"{_HOUR}:[0-5]\\d(:[0-5]\\d)?|{_HOUR}\\.[0-5]\\d",
    "phone": "(\\d[-./]?){4,14}\\d",
}
"""The patterns that have a name."""

_DIGITS = (1 << len(DIGITS)) - 1
_ANY = (1 << len(LETTERS)) - 1
_NAME = re.compile("[A-Za-z_]+")
_COUNTS = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")


def compile_pattern(pattern: str) -> Automaton:
    r"""Return the automaton of a pattern: a name of `NAMED_PATTERNS`, or a regular expression for the whole text.

    It may have digits, ``\d``, the marks ``, - / :`` and ``\.``, ``.`` for any character, classes such as ``[1-5]``
    or ``[^0]``, groups, ``|``, and ``? * + {2} {2,} {2,5}``.
    """
    if not isinstance(pattern, str):
        raise DataError("error.pattern.kind")
    if len(pattern) > LONGEST_PATTERN:
        raise DataError("error.pattern.long", n=len(pattern), max=LONGEST_PATTERN)
    if _NAME.fullmatch(pattern) and pattern not in NAMED_PATTERNS:
        raise DataError("error.pattern.name", name=pattern, known=", ".join(NAMED_PATTERNS))
    return _compile(pattern)


@lru_cache(maxsize=64)
def _compile(pattern: str) -> Automaton:
    automaton = Automaton.of(_Parser(NAMED_PATTERNS.get(pattern, pattern)).part())
    if not automaton.may_have_digits:
        raise DataError("error.pattern.empty", pattern=pattern)
    return automaton


@dataclass
class _Group:
    """A group that is being read: where it was opened, its alternatives so far, and the parts of the last one."""

    position: int
    alternatives: list[Part] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    may_repeat: bool = False

    def add(self, part: Part, may_repeat: bool = True) -> None:
        self.parts.append(part)
        self.may_repeat = may_repeat

    def end_alternative(self) -> None:
        self.alternatives.append(join_sequence(self.parts))
        self.parts, self.may_repeat = [], False

    def part(self) -> Part:
        self.end_alternative()
        return join_alternatives(self.alternatives)

    def count(self) -> int:
        return sum(len(part.letters) for part in (*self.alternatives, *self.parts))


class _Parser:
    """Reads an expression from left to right, without recursion, so that no nesting is too deep."""

    def __init__(self, expression: str) -> None:
        self._expression, self._position = expression, 0
        self._groups = [_Group(0)]

    def part(self) -> Part:
        """Return the part for the whole expression."""
        while self._position < len(self._expression):
            self._read_one()
            if sum(group.count() for group in self._groups) > MAX_POSITIONS:
                raise self._wrong("error.pattern.many", max=MAX_POSITIONS)
        if len(self._groups) > 1:
            raise self._wrong("error.pattern.open", self._groups[-1].position, character="(")
        return self._groups[0].part()

    def _wrong(self, key: str, position: int | None = None, **values: Any) -> DataError:
        at = self._position if position is None else position
        return DataError(key, position=at + 1, **values)

    def _read_one(self) -> None:
        """Read one character, class, repetition or end of a group."""
        group, character = self._groups[-1], self._expression[self._position]
        if character == "(":
            self._groups.append(_Group(self._position))
            self._position += 3 if self._expression.startswith("(?:", self._position) else 1
        elif character == "|":
            group.end_alternative()
            self._position += 1
        elif character == ")":
            if len(self._groups) == 1:
                raise self._wrong("error.pattern.closed", character=")")
            self._groups.pop()
            self._groups[-1].add(group.part())
            self._position += 1
        elif character in "?*+{":
            self._repeat(group)
        elif (character == "^" and self._position == 0) or (
            character == "$" and self._position == len(self._expression) - 1
        ):
            self._position += 1  # a pattern is for the whole text anyway
        elif character == "[":
            group.add(Part.of(self._class()))
        elif character == ".":
            group.add(Part.of(_ANY))
            self._position += 1
        else:
            group.add(Part.of(self._letters()))

    def _repeat(self, group: _Group) -> None:
        if not group.may_repeat:
            raise self._wrong("error.pattern.repeat")
        min_count, max_count, end = self._counts()
        part = group.parts.pop()
        copies = max(min_count, 1) if max_count is None else max_count
        if not part.letters:
            min_count = copies = 0  # nothing, however often
        if len(part.letters) * copies > MAX_POSITIONS:
            raise self._wrong("error.pattern.many", max=MAX_POSITIONS)
        self._position = end
        group.add(part.repeated(min_count, copies, is_endless=max_count is None), may_repeat=False)

    def _counts(self) -> tuple[int, int | None, int]:
        """Return how often something is repeated at least and at most, None for any number, and where that ends."""
        simple = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(self._expression[self._position])
        if simple is not None:
            return *simple, self._position + 1
        counts = _COUNTS.match(self._expression, self._position)
        if counts is None:
            raise self._wrong("error.pattern.repeat")
        min_count = int(counts[1])
        max_count = None if counts[2] and not counts[3] else int(counts[3] or min_count)
        if max_count is not None and max_count < min_count:
            raise self._wrong("error.pattern.repeat")
        return min_count, max_count, counts.end()

    def _letters(self) -> int:
        r"""Read a digit, a mark, an escaped mark or ``\d``."""
        character, step = self._expression[self._position], 1
        if character == "\\":
            character, step = self._expression[self._position + 1 : self._position + 2], 2
            if character == "d":
                self._position += 2
                return _DIGITS
            if character not in MARKS or not character:
                raise self._wrong("error.pattern.character", character="\\" + character)
        if character not in LETTERS:
            raise self._wrong("error.pattern.character", character=character)
        self._position += step
        return 1 << LETTERS.index(character)

    def _class(self) -> int:
        """Read a class in brackets."""
        start = self._position
        self._position += 1
        is_negated = self._expression.startswith("^", self._position)
        self._position += is_negated
        letters, first = 0, self._position
        while not self._expression.startswith("]", self._position):
            if self._position >= len(self._expression):
                raise self._wrong("error.pattern.open", start, character="[")
            letters |= self._range()
        is_empty = self._position == first
        self._position += 1
        letters = _ANY & ~letters if is_negated else letters
        if is_empty or not letters:
            raise self._wrong("error.pattern.class", start)
        return letters

    def _range(self) -> int:
        """Read a character of a class, or a range of them."""
        at = self._position
        low = self._letters()
        rest = self._expression[self._position : self._position + 2]
        if len(rest) < 2 or rest[0] != "-" or rest[1] == "]":
            return low
        self._position += 1
        high = self._letters()
        if _DIGITS in (low, high):
            raise self._wrong("error.pattern.range", at)
        first, last = (LETTERS[letters.bit_length() - 1] for letters in (low, high))
        if first > last:
            raise self._wrong("error.pattern.range", at)
        return sum(1 << index for index, letter in enumerate(LETTERS) if first <= letter <= last)
