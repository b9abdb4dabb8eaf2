"""How much corrections help the reading of one person's whole numbers, and what they harm.

    python benchmarks/hand_numbers.py --strokes unipen.npz --writers held-out

Each held-out writer of UNIPEN writes numbers of his own digits. First, as a person works: of the first pages, the
digits of each number that was misread are corrected, and the others are read again. Then, digit by digit: for each
triple of writer, label and wrong answer that occurs at least four times, one, two or three are corrected; counted is
how many are read right on the same picture, how many of the rest, and how many of the writer's right digits become
wrong.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep

import shuzi
from shuzi.data.dataset import Dataset
from shuzi.data.strokes import load_strokes
from shuzi.models.card import Score
from shuzi.models.store import DEFAULT
from shuzi.reading.hand import CorrectedClassifier, correct
from shuzi.reading.reader import Reader
from shuzi.reading.result import OK, Reading
from shuzi.reading.values import Findings
from shuzi.synthesis.line_pages import compose
from shuzi.synthesis.texts import KINDS
from shuzi.synthesis.writers import Writers

LEAST = 4
KIND = replace(KINDS["numbers"], neighbours=0.0, printed=0.0, photos=0.2)


@dataclass(frozen=True)
class Page:
    """A composed number, its detections, and its reading without corrections."""

    writer: int
    text: str
    seen: Findings
    reading: Reading

    @property
    def wrong(self) -> list[int]:
        """The misread digits; none if so many differ that the digits are probably shifted."""
        if not len(self.text) == len(self.reading.text) == len(self.reading.digits):
            return []
        pairs = zip(self.text, self.reading.text, strict=True)
        found = [place for place, (digit, answer) in enumerate(pairs) if digit != answer]
        return found if len(found) <= max(1, len(self.text) // 4) else []


def pages_of(reader: Reader, writers: Writers, count: int) -> list[Page]:
    """Let each writer write that many numbers, and read them."""
    pages = []
    for number, writer in enumerate(writers.with_digits):
        rng = np.random.default_rng([7, number])
        made = 0
        while made < count:
            page = compose(rng, (writer, writer), KIND)
            if page.legible:
                seen = reader.recognise(page.grey)
                pages.append(Page(number, page.text, seen, reader.decide(seen)))
                made += 1
    return pages


class Corrected:
    """A reader that knows some digits of some pages."""

    def __init__(self, reader: Reader, known: list[tuple[Page, int]]) -> None:
        images = np.stack([page.reading.digits[place].image for page, place in known])
        labels = np.array([int(page.text[place]) for page, place in known], np.uint8)
        self._reader, self._hand = reader, CorrectedClassifier(reader._classifier, Dataset(images, labels))

    def read(self, page: Page) -> Reading:
        """Read a page again: its candidates stay, for corrections reach the texts of its lines."""
        return self._reader.decide(correct(page.seen, self._hand, self._reader._line_scale.weights))


def as_people_do(reader: Reader, pages: list[Page], first: int) -> dict[str, Any]:
    """Correct each writer's misread digits on the first pages, and read the others."""
    counts: Counter[str] = Counter()
    for writer in {page.writer for page in pages}:
        own = [page for page in pages if page.writer == writer]
        known = [(page, place) for page in own[:first] for place in page.wrong]
        if not known:
            continue
        counts["writers"] += 1
        counts["corrected"] += len(known)
        again = Corrected(reader, known)
        for page in own[first:]:
            for name, reading in (("before", page.reading), ("after", again.read(page))):
                right, ok = reading.text == page.text, reading.status == OK
                counts.update({f"{name}: right": right, f"{name}: ok": ok, f"{name}: ok and wrong": ok and not right})
            counts["n"] += 1
    return dict(counts)


def by_triple(reader: Reader, pages: list[Page]) -> dict[str, Any]:
    """Correct one, two and three digits of every triple, and read all pages of the writer."""
    triples: dict[tuple[int, str, str], list[tuple[Page, int]]] = defaultdict(list)
    for page in pages:
        for place in page.wrong:
            triples[page.writer, page.text[place], page.reading.text[place]].append((page, place))
    often = {key: found for key, found in triples.items() if len(found) >= LEAST}
    result: dict[str, Any] = {"triples": len(often), "writers": len({writer for writer, _, _ in often})}
    for count in (1, 2, 3):
        counts: Counter[str] = Counter()
        for (writer, _, _), found in often.items():
            taken = found[:count]
            again = Corrected(reader, taken)
            texts = {id(page): again.read(page).text for page in pages if page.writer == writer}
            pictures = {id(page) for page, _ in taken}
            for number, (page, place) in enumerate(found):
                text = texts[id(page)]
                right = len(text) == len(page.text) and text[place] == page.text[place]
                group = "same" if number < count else "rest"
                if group == "same" or id(page) not in pictures:
                    counts.update({f"{group} right": right, group: 1})
            for page in pages:
                if page.writer == writer and page.reading.text == page.text:
                    text = texts[id(page)]
                    changed = abs(len(text) - len(page.text))
                    changed += sum(a != b for a, b in zip(text, page.text, strict=False))
                    counts.update({"fine": len(page.text), "harmed": changed})
        if often:
            result[f"after {count}"] = {
                "same": Score(counts["same right"], counts["same"]).as_dict(),
                "rest": Score(counts["rest right"], counts["rest"]).as_dict(),
                "harmed": Score(counts["harmed"], counts["fine"]).as_dict(),
            }
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes; it outputs its features")
    parser.add_argument("--strokes", type=Path, required=True, help="UNIPEN or a packed file")
    parser.add_argument(
        "--writers", choices=["even", "odd", "held-out"], default="even", help="even ones are to choose by"
    )
    parser.add_argument("--pages", type=int, default=120, help="of each writer")
    parser.add_argument("--first", type=int, default=30, help="of these, the pages that are corrected")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    strokes = load_strokes(given.strokes)
    if given.writers == "held-out":
        strokes = strokes.part(strokes.validation)
    else:
        strokes = strokes.held_out(odd=given.writers == "odd")
    reader = shuzi.load(given.model)
    split = shuzi.load_mnist().validation  # no digit of it is written: the writers need some
    pages = pages_of(reader, Writers(split.images[:50], split.labels[:50], strokes), given.pages)
    result = {"as people do": as_people_do(reader, pages, given.first), "by triple": by_triple(reader, pages)}
    for name, value in result.items():
        print(name, value)
    weights = reader.card.weights
    keep("hand-numbers", {"writers": given.writers, "pages": len(pages), "weights": weights, **result})


if __name__ == "__main__":
    main()
