"""A picture of a display or a counter becomes a reading: its line is read in both polarities and in each colour.

The strips that the recogniser sees are those of `ink.strips`. What is read of a line in one polarity, and of
parts of it, must agree; boosted trees tell from this how probably the text is right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.concepts import softmax
from shuzi.errors import PictureError, ShuziError
from shuzi.ink.boxes import Box
from shuzi.ink.line_pictures import TextLine, straighten
from shuzi.ink.paper import CONTRAST, PAPER
from shuzi.ink.strips import COLUMN, display_strip
from shuzi.models.card import Card
from shuzi.models.tasks import CLASSES, DIGITS
from shuzi.pictures.decode import as_array
from shuzi.pictures.open import Source, open_picture, source_of
from shuzi.reading.advice import about_line, about_marks
from shuzi.reading.characters import find_characters
from shuzi.reading.confidence import logit, sigmoid
from shuzi.reading.line_detector import LineDetector
from shuzi.reading.line_text import make_digits_and_marks, share_out
from shuzi.reading.page_text import PageScale
from shuzi.reading.read_many import PictureReader
from shuzi.reading.recogniser import Recogniser, find_best_texts, join_proposals, log_probabilities, spell
from shuzi.reading.result import OK, UNSURE, Digit, Mark, NumberLine, Reading, Sentence, Status, without_marks
from shuzi.reading.thresholds import (
    DISPLAY_BLANK,
    DISPLAY_LINE,
    DISPLAY_TRIMS,
    DISPLAY_TURNED,
    DISPLAY_TURNS,
    LOWEST_LOG_PROBABILITY,
    MAX_ALTERNATIVES,
    MAX_DISPLAY_LINES,
    SMALLEST_PAGE,
)
from shuzi.reading.values import Findings, Line, LineTexts


class DisplayFeatures(NamedTuple):
    """What tells whether the text of a display is complete and right."""

    raw: float  # the logit of the text's probability among all texts of the line
    # its log probability in all strips of the line: their mean, and the lowest
    mean: float
    worst: float
    other: float  # the evidence for the best text in the other polarity
    length: float  # the logarithm of its number of characters
    pitch: float  # the logarithm of the columns of a strip for each character
    agree: float  # the fraction of the strips whose own best text it is
    # how much more probable it is than no text at all, as a logarithm
    evidence: float


DISPLAY_FEATURES = DisplayFeatures._fields
"""The names of the features."""


@dataclass(frozen=True, eq=False)
class DisplayLine:
    """What may stand on a line of a display."""

    grey: NDArray[np.uint8]  # (h, w), the line in the picture
    light_on_dark: bool  # whether its digits are the light part
    strip: NDArray[np.uint8]  # (48, w), the digits bright
    matrix: NDArray[np.float64]  # (2, 3): from x, y, 1 of the strip to x, y of the picture
    columns: NDArray[np.float32]  # the log probabilities of the strip's columns
    texts: tuple[str, ...]  # with their probabilities, the best one first
    probabilities: tuple[float, ...]
    features: DisplayFeatures

    @property
    def text(self) -> str:
        """The most probable text."""
        return self.texts[0]


_Cut = Callable[[NDArray[np.uint8]], tuple[NDArray[np.uint8], NDArray[np.float64]]]
"""Cuts a line out of a grey picture; its result has the matrix from the line's pixels to the picture's."""


class DisplayReader(PictureReader):
    """Reads numbers on displays and counters; made by `shuzi.load("display")`.

    Attributes
    ----------
    calibrated
        Whether the confidence was fitted. If not, it is the network's own, which is too high.
    """

    def __init__(
        self, recogniser: Recogniser, line_detector: LineDetector | None = None, region: Box | None = None
    ) -> None:
        super().__init__()
        self._recogniser, self._line_detector, self._region = recogniser, line_detector, region
        calibration = recogniser.card.calibration
        self._scale = PageScale.of(calibration.numbers if calibration else {})
        self.calibrated = self._scale.calibrated

    def __reduce__(self) -> tuple[type[DisplayReader], tuple[object, ...]]:
        # for other processes, which have their own pool or none
        return type(self), (self._recogniser, self._line_detector, self._region)

    @property
    def card(self) -> Card:
        """The recogniser's card."""
        return self._recogniser.card

    def with_region(self, x: float, y: float, width: float, height: float) -> DisplayReader:
        """Return a reader that reads one line in this part of each picture, as where a camera stands still.

        Raises
        ------
        PictureError
            The region is empty.
        """
        if not (width > 0 and height > 0 and math.isfinite(x + y + width + height)):
            raise PictureError("error.display.region", region=f"{x:g},{y:g},{width:g},{height:g}")
        return DisplayReader(self._recogniser, self._line_detector, Box(x, y, width, height))

    def read(self, picture: Source) -> Reading:
        """Read the number on a display or a counter.

        The region, or the whole picture, is read as one line; where the line detector finds lines in the whole one,
        the line that is most surely a number is read.

        Parameters
        ----------
        picture
            As for `Reader.read`.

        Raises
        ------
        PictureError
            It is not a picture, or the region is outside it.
        """
        levels = open_picture(picture, colours=True)
        line = self.recognise(levels)
        return replace(self._decide(line, levels.shape[:2]), source=source_of(picture))

    def read_together(self, pictures: Iterable[Source] | Source) -> Reading:
        """Read several pictures of one display and make one reading of them, as `vote` does.

        Raises
        ------
        ShuziError
            One of them cannot be read.
        """
        voted = self.vote([*self.read_many(pictures)])
        if isinstance(voted, ShuziError):
            raise voted
        return voted

    def vote(self, readings: Sequence[Reading | ShuziError]) -> Reading | ShuziError:
        """Make one reading of those of several pictures of one display, or return the first error.

        The text, of those that were read, is the one to which all of them together give the highest probability.
        Its positions and its source are those of the picture that shows it most surely.
        """
        shown, probabilities = list[Reading](), Counter[str]()
        for reading in readings:
            if isinstance(reading, ShuziError):
                return reading
            if reading.text:
                shown.append(reading)
                probabilities.update(dict(reading.alternatives))
        if not shown:
            return self._decide(None, ())
        text = max((reading.text for reading in shown), key=probabilities.__getitem__)
        best = max((reading for reading in shown if reading.text == text), key=lambda reading: reading.confidence)
        whole = [(other.text, other.confidence, other.status) for other in shown]
        confidence, status, against = _agree(whole, text, self._scale.ok)
        digits = [(other.digits_text, other.digits_confidence, other.digits_status) for other in shown]
        of_digits, digits_status, _ = _agree(digits, best.digits_text, self._scale.ok)
        digits_status = OK if status == OK else digits_status
        ranked = [(text, confidence), *((other, p) for other, p in probabilities.most_common() if other != text)]
        alternatives = share_out(ranked[:MAX_ALTERNATIVES], confidence, 1.0)
        advice = best.advice if status == OK else _advise(status, digits_status, [other for other, _ in alternatives])
        if against:
            advice = "reading.display.contradicted", {"text": text, "other": against}
        return replace(
            best,
            status=status,
            confidence=confidence,
            advice=advice,
            alternatives=alternatives,
            digits_confidence=max(of_digits, confidence),
            digits_status=digits_status,
            own_lines=(NumberLine(text, best.lines[0].box, status, confidence, advice),),
        )

    def recognise(self, levels: NDArray[np.uint8]) -> DisplayLine | None:
        """Find and recognise the line of a display, in uint8 (h, w) or RGB (h, w, 3); None if there is no number.

        The line is found in grey and read in red, green and blue as well: digits that are as bright as a coloured
        display differ from it in one of them.
        """
        grey = as_array(Image.fromarray(levels))
        if self._region is not None:
            cuts: list[_Cut] = [partial(_cut_out, region=self._region)]
        else:
            lines: list[TextLine] = []
            if self._line_detector is not None and min(grey.shape) >= SMALLEST_PAGE:
                lines = self._line_detector.find(grey).lines
            largest = sorted(lines, key=lambda line: -line.length * line.height)[:MAX_DISPLAY_LINES]
            cuts = [lambda grey: (grey, np.eye(2, 3)), *(partial(_cut_line, line=line) for line in largest)]
        best, cut = max(((self._recognise(*cut(grey)), cut) for cut in cuts), key=lambda found: _evidence(found[0]))
        colours = [np.ascontiguousarray(levels[..., index]) for index in range(3)] if levels.ndim == 3 else []
        coloured = [self._recognise(*cut(colour)) for colour in colours if (colour != grey).any()]
        return max((best, *coloured), key=_evidence)

    def _recognise(self, grey: NDArray[np.uint8], matrix: NDArray[np.float64]) -> DisplayLine | None:
        """Recognise a line in its own picture, in the polarity in which having no text is less probable."""
        ways = [_read_strips(grey, matrix, self._recogniser, light_on_dark) for light_on_dark in (False, True)]
        found = [line for line in ways if line is not None]
        if not found:
            return None
        best = max(found, key=_evidence)
        others = [line.features.evidence for line in found if line is not best]
        return replace(best, features=best.features._replace(other=max(others, default=0.0)))

    def _decide(self, line: DisplayLine | None, shape: tuple[int, ...]) -> Reading:
        """Make a reading of what was recognised in a picture, (h, w)."""
        if line is None:
            return Reading("", UNSURE, 0.0, (), ("reading.display.none", {}), self.calibrated)
        scale, features, text = self._scale, line.features, line.text
        confidence = scale.confidence(features)
        ranked = [*zip(line.texts, line.probabilities, strict=True)]
        same = [probability for other, probability in ranked if without_marks(other) == without_marks(text)]
        of_digits = max(scale.confidence(features._replace(raw=logit(min(sum(same), 1.0)))), confidence)
        status: Status = OK if confidence >= scale.ok else UNSURE
        digits_status: Status = OK if of_digits >= scale.ok else UNSURE
        alternatives = share_out(ranked[:MAX_ALTERNATIVES], confidence, 1.0)
        advice = _advise(status, digits_status, [other for other, _ in alternatives])
        if status == OK and (following := self._following_digit(line)):
            advice = "reading.display.between", {"digit": text[-1], "following": following}
        digits, marks = _characters(line, (confidence, of_digits), shape, scale.ok)
        box = _whole(Box(0, 0, line.strip.shape[1], line.strip.shape[0]), line.matrix, shape)
        return Reading(
            text,
            status,
            confidence,
            digits,
            advice,
            self.calibrated,
            marks=marks,
            alternatives=alternatives,
            digits_confidence=of_digits,
            digits_status=digits_status,
            own_lines=(NumberLine(text, box, status, confidence, advice),),
        )

    def _following_digit(self, line: DisplayLine) -> str:
        """Return the digit that comes up on the last wheel, if it stands between two; "" if it stands still.

        Where the picture is moved up, the following digit is read on a wheel that turns; others are only cut off.
        """
        text, scores = line.text, []
        if text[-1] not in DIGITS:
            return ""
        following = str((int(text[-1]) + 1) % len(DIGITS))
        labels = [tuple(map(CLASSES.index, shown)) for shown in (text, text[:-1] + following)]
        for part in DISPLAY_TURNS:
            off = round(part * len(line.grey))
            moved = np.pad(line.grey[off:], ((0, off), (0, 0)), "edge")
            columns = _columns(self._recogniser, display_strip(moved, line.light_on_dark))
            scores.append(log_probabilities(columns, labels))
        still, turned = np.maximum(scores, LOWEST_LOG_PROBABILITY).mean(axis=0)
        return following if turned - still > DISPLAY_TURNED else ""


def _evidence(line: DisplayLine | None) -> float:
    """Return how much more probable the text of a line is than none, as a logarithm; nothing has less."""
    return -math.inf if line is None else line.features.evidence


def _columns(recogniser: Recogniser, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
    return recogniser.columns(strip, Box(0, 0, strip.shape[1], len(strip)))


def _advise(status: Status, digits_status: Status, texts: Sequence[str]) -> Sentence:
    """Choose the sentence about the first of the texts that were possible."""
    if digits_status != OK:
        return about_line(False, texts)
    if status != OK:
        return about_marks(texts[0], [other for other in texts if without_marks(other) == without_marks(texts[0])])
    return "reading.ok", {}


def _agree(said: Sequence[tuple[str, float, Status]], text: str, ok: float) -> tuple[float, Status, str]:
    """Return the confidence in a text, by each picture's own text, its status, and a text that is ok against it.

    Pictures of one display share its flaws: the log odds of those that show the text are averaged, not added, less
    the log odds of others.
    """
    odds = [logit(confidence) for own, confidence, _ in said if own == text]
    doubt = sum(max(logit(confidence), 0.0) for own, confidence, _ in said if own != text)
    confidence = sigmoid((sum(odds) - doubt) / len(odds))
    against = next((own for own, _, status in said if own != text and status == OK), "")
    return confidence, OK if confidence >= ok and not against else UNSURE, against


def parse_region(text: str) -> tuple[float, float, float, float]:
    """Read the numbers of a region, x, y, width and height, or raise a PictureError.

    >>> parse_region("120,80,400,90")
    (120.0, 80.0, 400.0, 90.0)
    """
    try:
        x, y, width, height = map(float, text.split(","))
    except ValueError as problem:
        raise PictureError("error.display.region", region=text[:60]) from problem
    return x, y, width, height


def _cut_out(grey: NDArray[np.uint8], region: Box) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Cut a region out of a picture; return it and the matrix from its pixels to the picture's."""
    left, top = max(0, round(region.x)), max(0, round(region.y))
    part = grey[top : max(round(region.bottom), 0), left : max(round(region.right), 0)]
    if not part.size:
        raise PictureError("error.display.region", region=",".join(f"{side:g}" for side in region))
    return part, np.array([[1.0, 0, left], [0, 1.0, top]])


def _cut_line(grey: NDArray[np.uint8], line: TextLine) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Cut a line that was found out of a picture, with as little around its digits as the crop of a display has."""
    picture = straighten(grey, line)
    rows = len(picture.grey)
    off = max(0, round((rows - DISPLAY_LINE * picture.height) / 2))
    matrix = picture.matrix.copy()
    matrix[:, 2] += matrix[:, 1] * off
    return picture.grey[off : rows - off], matrix


def _read_strips(
    grey: NDArray[np.uint8], matrix: NDArray[np.float64], recogniser: Recogniser, light_on_dark: bool
) -> DisplayLine | None:
    """Read the strips of a line, which differ by what is above and below it; None if no text has a digit."""
    strips = []
    for trim in DISPLAY_TRIMS:
        off = round(trim * len(grey))
        strips.append(display_strip(grey[off : len(grey) - off], light_on_dark))
    columns = [_columns(recogniser, strip) for strip in strips]
    proposed = [*map(find_best_texts, columns)]
    labels = join_proposals(proposed, columns)
    scores = np.maximum([log_probabilities(each, labels) for each in columns], LOWEST_LOG_PROBABILITY)
    mean = scores.mean(axis=0)
    probabilities = softmax(mean)
    texts = [*map(spell, labels)]
    order = [index for index in np.argsort(-mean, kind="stable").tolist() if set(texts[index]) & set(DIGITS)]
    if not order or math.exp(mean[order[0]]) < DISPLAY_BLANK:
        return None
    best = order[0]
    height, width = strips[0].shape
    to_picture = matrix @ np.array([[grey.shape[1] / width, 0, 0], [0, grey.shape[0] / height, 0], [0, 0, 1.0]])
    features = DisplayFeatures(
        raw=logit(float(probabilities[best])),
        mean=float(mean[best]),
        worst=float(scores[:, best].min()),
        other=0.0,
        length=math.log(len(texts[best])),
        pitch=math.log(width / COLUMN / len(texts[best])),
        evidence=float(mean[best] - np.mean([each[:, -1].sum() for each in columns])),
        agree=float(np.mean([bool(each) and each[0].labels == labels[best] for each in proposed])),
    )
    return DisplayLine(
        grey,
        light_on_dark,
        strips[0],
        to_picture,
        columns[0],
        tuple(texts[index] for index in order),
        tuple(float(probabilities[index]) for index in order),
        features,
    )


def _characters(
    line: DisplayLine, confidences: tuple[float, float], shape: tuple[int, ...], ok: float
) -> tuple[tuple[Digit, ...], tuple[Mark, ...]]:
    """Return the digits and the marks of a line's text, with their boxes in the picture, (h, w)."""
    confidence, of_digits = confidences
    height, width = line.strip.shape
    levels = (line.strip.astype(np.float32) - PAPER) * (255 / CONTRAST)
    ink = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    frame = Box(0.0, 0.0, float(width), float(height))
    texts = LineTexts(Line((), (frame,), float(height)), (line.columns,), line.texts, np.zeros((len(line.texts), 7)))
    characters = find_characters(texts, line.texts, line.probabilities, ink)
    moved = [replace(each, box=_whole(each.box, line.matrix, shape)) for each in characters]
    each_at_least = [of_digits if character.character in DIGITS else confidence for character in moved]
    return make_digits_and_marks(moved, each_at_least, Findings.of_nothing(np.zeros(shape, np.uint8)), ok)


def _whole(box: Box, matrix: NDArray[np.float64], shape: tuple[int, ...]) -> Box:
    """Return the box in whole pixels of the picture, (h, w), around a box of a strip."""
    corners = matrix @ np.column_stack([box.corners, np.ones(4)]).T
    (left, top), (right, bottom) = corners.min(axis=1).tolist(), corners.max(axis=1).tolist()
    return Box(left, top, right - left, bottom - top).clipped(shape)
