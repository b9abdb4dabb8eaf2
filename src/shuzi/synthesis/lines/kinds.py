"""The kinds of composed pages, by name: their texts, papers and frames; four kinds are held out from training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from shuzi.synthesis.lines.texts import TEXTS, Text

_PAPERS = {"bare": 0.46, "ruled": 0.14, "waves": 0.18, "net": 0.1, "clouds": 0.12}
_FRAMES = {"": 0.67, "line": 0.09, "through": 0.06, "box": 0.09, "columns": 0.09}


@dataclass(frozen=True)
class Kind:
    """A kind of composed page.

    Parameters
    ----------
    name
        The kind's name.
    texts
        Names of texts, with their weights.
    fraction
        The fraction of the training pages; 0 for a kind that is held out.
    papers, frames
        Kinds of paper and frame, with their weights.
    photos, neighbours, slivers, printed, stamps, crossed_out
        The fractions of pages that are photographed, show parts of other lines, show part of a digit at the left or
        right edge, have a printed word, have a stamp, or have a digit crossed out.
    smallest, largest
        The range of a digit's height, in pixels.
    """

    name: str
    texts: Mapping[str, float]
    fraction: float
    papers: Mapping[str, float] = field(default_factory=lambda: _PAPERS)
    frames: Mapping[str, float] = field(default_factory=lambda: _FRAMES)
    photos: float = 0.4
    neighbours: float = 0.25
    slivers: float = 0.12
    printed: float = 0.03
    stamps: float = 0.05
    crossed_out: float = 0.0
    smallest: float = 15.0
    largest: float = 44.0

    def text(self, rng: np.random.Generator) -> Text:
        """Draw a text."""
        return TEXTS[_chosen(rng, self.texts)](rng)

    def paper(self, rng: np.random.Generator) -> str:
        """Choose a kind of paper."""
        return _chosen(rng, self.papers)

    def frame(self, rng: np.random.Generator) -> str:
        """Choose a kind of frame."""
        return _chosen(rng, self.frames)


def _chosen(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    names = list(weights)
    if len(names) == 1:
        return names[0]
    values = np.fromiter(weights.values(), np.float64, len(names))
    index = int(np.searchsorted(np.cumsum(values), rng.random() * values.sum(), side="right"))
    return names[min(index, len(names) - 1)]


KINDS: Mapping[str, Kind] = {
    each.name: each
    for each in (
        Kind("numbers", {"number": 1}, 0.42),
        Kind("amounts", {"amount": 1}, 0.13),
        Kind("dates and times", {"date": 0.7, "time": 0.3}, 0.09),
        Kind("values", {"decimal": 0.5, "fraction": 0.25, "any_marks": 0.25}, 0.09),
        Kind("recorded", {"number": 1}, 0.09),
        Kind("with signs", {"with_signs": 0.85, "word": 0.15}, 0.1, printed=0.05),
        Kind("combs", {"number": 0.8, "date": 0.1, "with_signs": 0.1}, 0.05, frames={"comb": 1}, neighbours=0),
        Kind("crossed out", {"number": 0.7, "amount": 0.2, "date": 0.1}, 0.06, neighbours=0.1, crossed_out=1),
        Kind("empty", {"nothing": 1}, 0.03, neighbours=0, printed=0, stamps=0.2),
        # held out
        Kind("ten in a square", {"ten": 1}, 0, frames={"cell": 1}, neighbours=0, printed=0),
        Kind("photographed telephone numbers", {"telephone": 1}, 0, photos=1),
        Kind("guarded amounts", {"guarded": 1}, 0),
        Kind("squared paper", {"number": 0.6, "amount": 0.2, "any_marks": 0.2}, 0, papers={"squared": 1},
             frames={"": 1}),
    )
}  # fmt: skip
"""Kinds of composed pages by name."""

TRAINED = tuple(kind for kind in KINDS.values() if kind.fraction)
HELD_OUT = tuple(kind for kind in KINDS.values() if not kind.fraction)
