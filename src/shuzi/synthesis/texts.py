"""Texts that people write as numbers: counts, amounts, dates, times, with or without signs and letters.

The kinds of composed pages say which texts are written on which papers; four kinds are held out from training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from shuzi.models.tasks import DIGITS, MARKS, SIGN

LETTERS = "EFHKMNQRWXadekmwx"
"""Letters that look like no digit anywhere: left out are O, l, S, Z, B, g and the like, but also A, n, r, v, which
some write as others write a 1, and h, u, y, c, P, T, f, J, which look like a 4, 6, 9, 7 or 5."""

OTHERS = "#*=$+%()&@?!<>[]{}^"
"""Other signs that recorded pens wrote, neither digits nor marks."""

DRAWN = "¥€£✓×°年月日元"
"""Signs that no recorded pen wrote: they are drawn by code or printed."""

_CLEAR = "#*=$+%()&@?[]"  # those of them that look like a digit in no country
_LENGTHS = (7, 10, 10, 10, 10, 10, 10, 10, 7, 5, 4, 2, 1.5, 1.5, 1, 1)  # frequencies of numbers with 1 to 16 digits
_AROUND = ("=", "#", "*", "$", "-", "=-", "##", "**")  # guard signs that keep others from adding digits to an amount

_PAPERS = {"bare": 0.46, "ruled": 0.14, "waves": 0.18, "net": 0.1, "clouds": 0.12}
_FRAMES = {"": 0.67, "line": 0.09, "through": 0.06, "box": 0.09, "columns": 0.09}


@dataclass(frozen=True)
class Text:
    """A line to write."""

    characters: str  # digits, marks, signs; a space is a wide gap
    small_from: int | None = None  # the index from which characters are small and raised, as cents are


def target(characters: str) -> str:
    """Return the line recogniser's target: digits and marks as they are, `SIGN` for each other character."""
    return "".join(c if c in DIGITS + MARKS else SIGN for c in characters if c != " ")


def columns_of(text: str) -> int:
    """Return how many columns a text takes of a recogniser: one each, and a blank one before what is repeated."""
    return len(text) + sum(character == following for character, following in pairwise(text))


def digits(rng: np.random.Generator, count: int) -> str:
    """Draw random digits; some numbers repeat a digit, as real ones do."""
    drawn = rng.integers(0, 10, count)
    if count > 1 and rng.random() < 0.12:  # a number begins with 1 more often than with any other digit
        drawn[: int(rng.integers(1, min(count, 4)))] = 1
    if count > 1 and rng.random() < 0.25:
        for index in range(1, count):
            if rng.random() < 0.5:
                drawn[index] = drawn[index - 1]
    if count > 2 and rng.random() < 0.15:
        drawn[-int(rng.integers(1, count)) :] = 0
    return "".join(map(str, drawn))


def number(rng: np.random.Generator) -> Text:
    """Write 1 to 16 digits, often in groups if there are many."""
    weights = np.array(_LENGTHS) / sum(_LENGTHS)
    count = int(rng.choice(len(weights), p=weights)) + 1
    drawn = digits(rng, count)
    if count >= 6 and rng.random() < 0.3:
        size = int(rng.integers(2, 5))
        drawn = " ".join(drawn[start : start + size] for start in range(0, count, size))
    return Text(drawn)


def _whole_part(rng: np.random.Generator, separator: str) -> str:
    value = str(int(rng.integers(1, 10))) + digits(rng, int(rng.integers(0, 7)))
    if not separator:
        return value
    head = len(value) % 3
    groups = ([value[:head]] if head else []) + [value[start : start + 3] for start in range(head, len(value), 3)]
    return separator.join(groups)


def amount(rng: np.random.Generator) -> Text:
    """Write an amount of money with thousands, decimals or cents, with or without a currency."""
    comma = rng.random() < 0.6
    thousands = str(rng.choice(["", ",", " "] if comma else ["", ".", " "], p=(0.35, 0.5, 0.15)))
    whole = _whole_part(rng, thousands)
    cents, small_from = "", None
    kind = rng.random()
    if kind < 0.5:
        cents = ("." if comma else ",") + digits(rng, 2)
        small_from = len(whole) + 1 if rng.random() < 0.25 else None
    elif kind < 0.62:
        cents, small_from = " " + digits(rng, 2), len(whole) + 1
    elif kind < 0.7:
        cents, small_from = " " + digits(rng, 2) + "/100", len(whole) + 1 if rng.random() < 0.7 else None
    elif kind < 0.8:
        cents = (str(rng.choice([".", ","]))) + str(rng.choice(["-", "-", "--", "00", "="]))
    text = whole + cents
    if rng.random() < 0.15:
        before = str(rng.choice(_AROUND)) if rng.random() < 0.4 else ""
        after = str(rng.choice(_AROUND)) if rng.random() < 0.8 else ""
        return Text(before + text + after, None if small_from is None else small_from + len(before))
    currency = rng.random()
    if currency < 0.2:
        sign = str(rng.choice(["$", "¥", "€", "£"], p=(0.55, 0.25, 0.1, 0.1))) + ("" if rng.random() < 0.6 else " ")
        return Text(sign + text, None if small_from is None else small_from + len(sign))
    if currency < 0.26 and small_from is None:
        return Text(text + " " + str(rng.choice(["€", "元", "kr", "RM", "EUR", "CHF", "$"])))
    return Text(text, small_from)


def date(rng: np.random.Generator) -> Text:
    """Write a date with slashes, dashes, dots or 年 月 日."""
    year, month, day = int(rng.integers(1900, 2100)), int(rng.integers(1, 13)), int(rng.integers(1, 32))
    padded = rng.random() < 0.5
    m, d = (f"{value:02d}" if padded else str(value) for value in (month, day))
    y = str(year) if rng.random() < 0.6 else f"{year % 100:02d}"
    separator = str(rng.choice(["/", "-", "."], p=(0.45, 0.3, 0.25)))
    kind = rng.random()
    if kind < 0.35:
        return Text(separator.join((d, m, y)))
    if kind < 0.6:
        return Text(separator.join((str(year), m, d)))
    if kind < 0.8:
        return Text(separator.join((m, d)))
    if kind < 0.92:
        return Text(f"{year}年{m}月{d}日" if rng.random() < 0.7 else f"{m}月{d}日")
    return Text(separator.join((m, d, y)))


def time(rng: np.random.Generator) -> Text:
    """Write a time of day or a duration."""
    parts = [str(int(rng.integers(0, 24))), f"{int(rng.integers(60)):02d}"]
    if rng.random() < 0.25:
        parts.append(f"{int(rng.integers(60)):02d}")
    return Text(str(rng.choice([":", ":", ":", "."])).join(parts))


def decimal(rng: np.random.Generator) -> Text:
    """Write a measured value, often negative."""
    whole = str(int(np.exp(rng.uniform(0, 9)))) if rng.random() < 0.9 else ""
    text = whole + str(rng.choice([".", ","], p=(0.65, 0.35))) + digits(rng, int(rng.integers(1, 5)))
    if rng.random() < 0.2:
        text = whole or "7"
    return Text(("-" if rng.random() < 0.45 else "") + text)


def measured(rng: np.random.Generator) -> Text:
    """Write a value of a log, whose mark is often left out or a gap."""
    whole = digits(rng, int(rng.choice((1, 2, 3), p=(0.2, 0.5, 0.3))))
    tenths = digits(rng, int(rng.choice((1, 1, 2))))
    text = ("-" if rng.random() < 0.1 else "") + whole + str(rng.choice(["", " ", ".", ","])) + tenths
    return Text(text if rng.random() < 0.75 else text + str(rng.choice(["°", "°", " °", "°C"])))


def fraction(rng: np.random.Generator) -> Text:
    """Write a fraction, a ratio or a score."""
    numerator, denominator = (digits(rng, int(rng.integers(1, 4))) for _ in range(2))
    head = f"{int(rng.integers(1, 100))} " if rng.random() < 0.2 else ""
    return Text(head + numerator + str(rng.choice(["/", "/", ":", "-"])) + denominator)


def any_marks(rng: np.random.Generator) -> Text:
    """Write digits with marks anywhere between them, so that context gives no hint."""
    text = digits(rng, int(rng.integers(1, 3)))
    for _ in range(int(rng.integers(1, 4))):
        text += str(rng.choice(list(MARKS))) + digits(rng, int(rng.integers(1, 4)))
    return Text(text)


def telephone(rng: np.random.Generator) -> Text:
    """Write a telephone number."""
    groups = [(3, 4), (3, 3, 4), (4, 4), (3, 4, 4), (2, 2, 2, 2, 2), (4, 7), (5, 6)][int(rng.integers(7))]
    text = str(rng.choice(["-", " ", ".", "-"])).join(digits(rng, size) for size in groups)
    kind = rng.random()
    if kind < 0.15:
        return Text("+" + digits(rng, 2) + " " + text)
    if kind < 0.3:
        return Text("(" + digits(rng, 3) + ") " + text)
    return Text(text)


def guarded(rng: np.random.Generator) -> Text:
    """Write an amount with guard signs around it against added digits."""
    guard = str(rng.choice(["#", "*", "-", "="])) * int(rng.choice((1, 1, 2, 3)))
    inner = amount(rng) if rng.random() < 0.7 else number(rng)
    kind = rng.random()
    before, after = guard if kind < 0.85 else "", guard if kind > 0.1 else ""
    return Text(before + inner.characters + after)


def ten(rng: np.random.Generator) -> Text:
    """Write two or three digits."""
    return Text("10" if rng.random() < 0.3 else digits(rng, int(rng.choice((2, 2, 2, 3)))))


def _some(rng: np.random.Generator, alphabet: str, low: int, high: int) -> str:
    return "".join(rng.choice(list(alphabet), int(rng.integers(low, high))))


def with_signs(rng: np.random.Generator) -> Text:
    """Write digits with letters or signs before, after or between them."""
    kind = rng.random()
    some = digits(rng, int(rng.integers(1, 7)))
    if kind < 0.25:
        return Text(_some(rng, LETTERS, 1, 3) + ("" if rng.random() < 0.7 else str(rng.choice(["-", " "]))) + some)
    if kind < 0.45:
        return Text(some + ("" if rng.random() < 0.7 else " ") + _some(rng, LETTERS, 1, 4))
    if kind < 0.6:
        mixed = list(some)
        for _ in range(int(rng.integers(1, 3))):
            mixed.insert(int(rng.integers(len(mixed) + 1)), _some(rng, LETTERS + _CLEAR, 1, 2))
        return Text("".join(mixed))
    if kind < 0.75:
        sign = str(rng.choice(list(_CLEAR + DRAWN)))
        return Text(some + sign if rng.random() < 0.6 else sign + some)
    if kind < 0.83:
        return Text("(" + some + ")" if rng.random() < 0.6 else "[" + some + "]")
    if kind < 0.91:
        operand = digits(rng, int(rng.integers(1, 4)))
        return Text(some + str(rng.choice(["+", "=", "×", "-"])) + operand)
    return Text(some + str(rng.choice(["%", "°", "✓", "×", "cm", "kg", "m", "h", "st", "nd", "th", "°C"])))


def word(rng: np.random.Generator) -> Text:
    """Write letters only: a word or a few."""
    words = [_some(rng, LETTERS, 1, 8) for _ in range(int(rng.choice((1, 1, 1, 2))))]
    return Text(" ".join(words))


def nothing(rng: np.random.Generator) -> Text:  # noqa: ARG001 - each text takes what all take
    """Write nothing."""
    return Text("")


TEXTS: Mapping[str, Callable[[np.random.Generator], Text]] = {
    text.__name__: text
    for text in (
        number, amount, date, time, decimal, measured, fraction, any_marks, telephone, guarded, ten, with_signs, word,
        nothing,
    )
}  # fmt: skip
"""Kinds of texts by name."""


Weights = Mapping[str, float] | tuple[str]
"""Names, and how often each is chosen in relation to the others; or one name alone."""


@dataclass(frozen=True)
class Kind:
    """A kind of composed page; numbers from `photos` to `crossed_out` are fractions of its pages."""

    name: str
    texts: Weights  # names of texts
    fraction: float = 0.0  # of the training pages; 0 for a kind that is held out
    papers: Weights = field(default_factory=lambda: _PAPERS)
    frames: Weights = field(default_factory=lambda: _FRAMES)
    photos: float = 0.4
    neighbours: float = 0.25  # parts of other lines are visible
    slivers: float = 0.12  # part of a digit is at the left or right edge
    printed: float = 0.03  # there is a printed word
    stamps: float = 0.05
    crossed_out: float = 0.0  # a digit is crossed out, or more
    min_height: float = 15.0  # of a digit's height, in pixels
    max_height: float = 44.0

    def text(self, rng: np.random.Generator) -> Text:
        """Draw a text."""
        return TEXTS[chosen(rng, self.texts)](rng)


def chosen(rng: np.random.Generator, weights: Weights) -> str:
    """Choose a name by the weights; if there is one name only, nothing is drawn."""
    names = list(weights)
    if len(names) == 1 or not isinstance(weights, Mapping):
        return names[0]
    ends = np.cumsum([*weights.values()])
    return names[min(int(np.searchsorted(ends, rng.random() * ends[-1], side="right")), len(names) - 1)]


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("numbers", ("number",), 0.42),
        Kind("amounts", ("amount",), 0.13),
        Kind("dates and times", {"date": 0.7, "time": 0.3}, 0.09),
        Kind("values", {"decimal": 0.5, "fraction": 0.25, "any_marks": 0.25}, 0.09),
        Kind("recorded", ("number",), 0.09),
        Kind("logs", ("measured",), 0.2, frames=("log",), photos=0.1, neighbours=0.8, printed=0),
        Kind("with signs", {"with_signs": 0.85, "word": 0.15}, 0.1, printed=0.05),
        Kind("combs", {"number": 0.8, "date": 0.1, "with_signs": 0.1}, 0.05, frames=("comb",), neighbours=0),
        Kind("crossed out", {"number": 0.7, "amount": 0.2, "date": 0.1}, 0.06, neighbours=0.1, crossed_out=1),
        Kind("empty", ("nothing",), 0.03, neighbours=0, printed=0, stamps=0.2),
        # held out
        Kind("ten in a square", ("ten",), frames=("cell",), neighbours=0, printed=0),
        Kind("photographed telephone numbers", ("telephone",), photos=1),
        Kind("guarded amounts", ("guarded",)),
        Kind("squared paper", {"number": 0.6, "amount": 0.2, "any_marks": 0.2}, papers=("squared",), frames=("",)),
    )
}  # fmt: skip
"""Kinds of composed pages by name."""

TRAINED = tuple(kind for kind in KINDS.values() if kind.fraction)
HELD_OUT = tuple(kind for kind in KINDS.values() if not kind.fraction)
