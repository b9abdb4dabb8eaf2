"""A text becomes ink: one writer's characters, placed side by side on a line as people place them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shuzi.models.tasks import DIGITS, MARKS
from shuzi.synthesis.lines.handwriting import Ink, Pen
from shuzi.synthesis.lines.texts import Text
from shuzi.synthesis.lines.writers import Hand, Writer, write_drawn

INKED = 76
"""0.3 of full ink: darker pixels are inside a character's box."""

_HASTY = 0.35  # fraction of the hands
_OWN_STROKES = (0.25, 0.78)  # range of the threshold for ink in MNIST's grey


@dataclass(frozen=True)
class Style:
    """How a whole line is written.

    Parameters
    ----------
    gap, gap_varies
        The gap between neighbours' ink and its standard deviation, as fractions of the height; negative gaps overlap.
    rise, jumps
        How far the line climbs, and how far single characters deviate from it, as fractions of the height.
    small_zeros
        The size of a 0 relative to the other digits.
    descends
        How far 4, 7 and 9 extend below the line.
    drawn_by_code
        Digits that are always drawn by code, in another country's shape.
    joins
        "", "zeros" (neighbouring zeros hang together) or "digits" (most digits do).
    """

    gap: float
    gap_varies: float
    rise: float
    jumps: float
    small_zeros: float
    descends: float
    drawn_by_code: str
    joins: str = ""


def any_hand(rng: np.random.Generator, height: float, images: bool) -> Hand:
    """Draw a random hand; for MNIST's images, half of the hands keep the original strokes."""
    own = images and rng.random() < 0.45
    width = max(1.0, float(np.exp(rng.uniform(math.log(0.03), math.log(0.2)))) * height)
    if own:
        pen = Pen(max(1.0, 0.11 * height))
    elif not images and rng.random() < 0.12:
        pen = Pen(width, float(rng.uniform(0.3, 0.8)), float(rng.uniform(0, math.pi)))
    else:
        pen = Pen(width)
    return Hand(
        height=height,
        slant=float(np.clip(rng.normal(0.03, 0.16), -0.4, 0.55)),
        wide=math.exp(rng.normal(0, 0.16)),
        uneven=float(rng.choice((0.03, 0.07, 0.12, 0.25), p=(0.2, 0.4, 0.3, 0.1))),
        shaky=float(rng.choice((0.0, 0.012, 0.03), p=(0.3, 0.45, 0.25))),
        pen=pen,
        threshold=float(rng.uniform(*_OWN_STROKES)) if own else 0.0,
        hasty=float(rng.uniform(0.02, 0.09)) if rng.random() < _HASTY else 0.0,
    )


def any_style(rng: np.random.Generator) -> Style:
    """Draw a random style; gaps and baselines follow UNIPEN's 900 numbers, with longer tails."""
    kind = rng.random()
    if kind < 0.6:
        gap = float(np.clip(rng.gamma(2.2, 0.13), 0.02, 1.2))
    elif kind < 0.92:
        gap = float(rng.uniform(0.0, 0.12))
    else:
        gap = float(rng.uniform(-0.08, 0.0))
    return Style(
        gap=gap,
        gap_varies=float(rng.choice((0.02, 0.06, 0.12))),
        rise=float(rng.normal(0, 0.03)),
        jumps=float(rng.choice((0.02, 0.06, 0.11, 0.2), p=(0.35, 0.35, 0.25, 0.05))),
        small_zeros=float(rng.uniform(0.4, 0.8)) if rng.random() < 0.16 else 1.0,
        descends=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.2 else 0.0,
        drawn_by_code="".join(d for d in DIGITS if rng.random() < 0.5) if rng.random() < 0.2 else "",
        joins=str(rng.choice(("", "zeros", "digits"), p=(0.84, 0.11, 0.05))),
    )


class Placed:
    """Characters placed side by side so far; the line of writing is y = 0.

    Parameters
    ----------
    height
        The height of a digit, in pixels.
    """

    def __init__(self, height: float) -> None:
        self.inks: list[tuple[Ink, int, int, bool]] = []
        self._middle = round(4 * height)
        self._profile = np.full(2 * self._middle, -np.inf)
        self.right = 0.0

    def add(self, ink: Ink, y: int, gap: float, counts: bool = True, at: float | None = None) -> None:
        """Add ink to the right of the rest at a distance of `gap`, row by row, or centred `at` a position."""
        inked = ink > INKED
        filled = inked.any(axis=1)
        rows = np.arange(len(ink)) + y + self._middle
        inside = filled & (rows >= 0) & (rows < len(self._profile))
        rows, starts = rows[inside], inked.argmax(axis=1)[inside]
        if at is not None:
            x = round(at - ink.shape[1] / 2)
        else:
            needed = self.right + max(gap, -0.02 * self._middle) if self.inks else 0.0
            if len(rows):
                # rows count as facing each other if they are close
                near = self._profile[rows]
                if np.isfinite(near).any():
                    needed = max(float((near - starts).max()) + gap, self.right - 0.35 * ink.shape[1])
                    needed = min(needed, self.right + max(gap, 0.0))
            x = round(needed)
        if len(rows):
            ends = x + ink.shape[1] - inked[:, ::-1].argmax(axis=1)[inside]
            self._profile[rows] = np.fmax(self._profile[rows], ends)
            self.right = max(self.right, float(ends.max()))
        self.inks.append((ink, x, y, counts))


def place(
    rng: np.random.Generator,
    writer: Writer,
    others: Writer,
    hand: Hand,
    style: Style,
    text: Text,
    pitch: float = 0.0,
) -> Placed:
    """Write a text's characters side by side.

    Parameters
    ----------
    rng
        The source of randomness.
    writer, others
        The writers of the digits and of the other characters.
    hand, style
        How they write.
    text
        The text to write.
    pitch
        In a comb, the distance between its cells, in pixels; 0 for free writing.
    """
    placed, height = Placed(hand.height), hand.height
    space, small, raised, number = 0.0, float(rng.uniform(0.5, 0.85)), float(rng.uniform(0.3, 1.1)), 0
    mark_gap = float(rng.uniform(0.03, 0.22))
    for where, character in enumerate(text.characters):
        if character == " ":
            space += rng.uniform(0.35, 0.9) * height
            continue
        size = small if text.small_from is not None and where >= text.small_from else 1.0
        lift = raised * (1 - size) * height
        below = 0.0
        if character == "0" and size == 1.0:
            size *= style.small_zeros
            lift += rng.uniform(0, 0.5) * (1 - size) * height
        if character in "479" and style.descends:
            below = style.descends * rng.uniform(0.5, 1.2) * height
            size *= 1 + below / height
        if character in style.drawn_by_code:
            drawn = write_drawn(rng, character, hand, size)
        else:
            drawn = (writer if character in DIGITS else others).write(rng, character, hand, size)
        base = style.rise * placed.right + rng.normal(0, style.jumps) * height
        y = round(base + drawn.drop + below - lift - len(drawn.ink))
        gap = (style.gap + rng.normal(0, style.gap_varies)) * height + space
        # marks stay visible even in narrow writing
        if where and (character in MARKS or text.characters[where - 1] in MARKS):
            gap = max(gap, mark_gap * height)
        at = (number + 0.5) * pitch + rng.normal(0, 0.07) * pitch if pitch else None
        placed.add(drawn.ink, y, gap, at=at)
        space, number = 0.0, number + 1
    return placed
