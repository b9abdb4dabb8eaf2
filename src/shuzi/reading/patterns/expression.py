"""What a person knows of a number, as a regular expression or a name, becomes an automaton."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.reading.patterns.automaton import LETTERS, Automaton, Part, join_alternatives, join_sequence

LONGEST_PATTERN: Final = 200
"""Characters that a pattern may have."""
MOST_POSITIONS: Final = 1_000
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
    r"""Return the automaton of a pattern.

    Parameters
    ----------
    pattern
        A name of `NAMED_PATTERNS`, or a regular expression for the whole text: digits, ``\d``, the marks ``, - / :``
        and ``\.``, ``.`` for any character, classes such as ``[1-5]`` or ``[^0]``, groups, ``|``, and
        ``? * + {2} {2,} {2,5}``.

    Raises
    ------
    DataError
        It is neither, is too long or has too many repetitions, or no number fits it.

    Examples
    --------
    >>> automaton = compile_pattern(r"\d{1,3}(\.\d\d)?")
    >>> automaton.accepts("12.50"), automaton.accepts("12.5")
    (True, False)
    >>> compile_pattern("time").accepts("23:59"), compile_pattern("time").accepts("24:59")
    (True, False)
    """
    if not isinstance(pattern, str):
        raise DataError("error.pattern.kind")
    if len(pattern) > LONGEST_PATTERN:
        raise DataError("error.pattern.long", n=len(pattern), most=LONGEST_PATTERN)
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
            if sum(group.count() for group in self._groups) > MOST_POSITIONS:
                raise self._wrong("error.pattern.many", most=MOST_POSITIONS)
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
        least, most, end = self._counts()
        part = group.parts.pop()
        copies = max(least, 1) if most is None else most
        if not part.letters:
            least = copies = 0  # nothing, however often
        if len(part.letters) * copies > MOST_POSITIONS:
            raise self._wrong("error.pattern.many", most=MOST_POSITIONS)
        self._position = end
        group.add(part.repeated(least, copies, is_endless=most is None), may_repeat=False)

    def _counts(self) -> tuple[int, int | None, int]:
        """Return how often something is repeated at least and at most, None for any number, and where that ends."""
        simple = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(self._expression[self._position])
        if simple is not None:
            return *simple, self._position + 1
        counts = _COUNTS.match(self._expression, self._position)
        if counts is None:
            raise self._wrong("error.pattern.repeat")
        least = int(counts[1])
        most = None if counts[2] and not counts[3] else int(counts[3] or least)
        if most is not None and most < least:
            raise self._wrong("error.pattern.repeat")
        return least, most, counts.end()

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
