"""A picture becomes a reading, stage by stage.

picture -> scan (`ink`) -> candidates and lines (`find`) -> texts of the lines (`recognise`) -> one text with its
status and confidence (`decide`) -> `Reading` (`report`). What passes between the stages is in `values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shuzi.data.dataset import Dataset
from shuzi.data.own import Cut
from shuzi.errors import DataError, ShuziError
from shuzi.ink.boxes import as_array, intersection
from shuzi.ink.line_pictures import TextLine
from shuzi.ink.paper import Scan
from shuzi.models.card import Card
from shuzi.models.store import DEFAULT, DETECTOR, DISPLAY, LINE, LINE_DETECTOR, PARTNERS, find_model, shipped
from shuzi.models.tasks import CLASSIFY_OR_REJECT, DIGITS
from shuzi.pictures.open import Source, open_picture, source_of
from shuzi.reading.allowed_values import check_values
from shuzi.reading.automaton import Automaton, compile_pattern
from shuzi.reading.classifier import Classifier, accept_images
from shuzi.reading.confidence import LineScale, Scale
from shuzi.reading.decide import decide
from shuzi.reading.display import DisplayReader
from shuzi.reading.hand import CorrectedClassifier, correct
from shuzi.reading.line_detector import LineDetector, Writing, may_be_one_number, without_cut_off
from shuzi.reading.locate import Detector, locate
from shuzi.reading.page import lies_on_its_side, recognise_page
from shuzi.reading.page_text import PageScale, correct_page
from shuzi.reading.read_many import PictureReader
from shuzi.reading.recogniser import Recogniser, recognise_lines
from shuzi.reading.result import OK, Reading
from shuzi.reading.thresholds import LARGEST_ON_PAGE, LARGEST_SIDE, MAX_WORK, SMALLEST_PAGE
from shuzi.reading.values import Findings


class Reader(PictureReader):
    """Reads digits and numbers; made by `shuzi.load`.

    Attributes
    ----------
    partners
        The SHA-256 of each partner model's weights, by role.
    calibrated
        Whether the confidence of whole texts was fitted for this combination of models. If not, it is the product of
        the networks' probabilities for each digit, which is overconfident.
    """

    def __init__(
        self,
        classifier: Classifier,
        detector: Detector | None = None,
        recogniser: Recogniser | None = None,
        line_detector: LineDetector | None = None,
        values: list[str] | None = None,
        pattern: Automaton | None = None,
    ) -> None:
        super().__init__()
        self._classifier = classifier
        self._detector = detector
        # a model that cannot tell a letter from a digit reads digits only, as it always has
        self._recogniser = recogniser if classifier.card.task == CLASSIFY_OR_REJECT else None
        self._line_detector = line_detector if self._recogniser is not None else None
        self._values = values  # of which one is written, as `check_values` returns them
        self._pattern = pattern
        calibration = classifier.card.calibration
        partners = {DETECTOR: detector, LINE: self._recogniser, LINE_DETECTOR: self._line_detector}
        self.partners = {name: model.card.weights for name, model in partners.items() if model}
        self.calibrated = calibration is not None and calibration.partners == self.partners
        numbers = calibration.numbers if calibration and self.calibrated else {}
        self._scale = Scale.of({**classifier.card.thresholds, **numbers})
        self._line_scale = LineScale.of(numbers)
        self._page_scale = PageScale.of(numbers)

    def _arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor that make this reader."""
        names = ("classifier", "detector", "recogniser", "line_detector", "values", "pattern")
        return {name: getattr(self, f"_{name}") for name in names}

    def __reduce__(self) -> tuple[Any, ...]:
        # for other processes, which have their own pool or none
        return type(self), tuple(self._arguments().values())

    @property
    def card(self) -> Card:
        """The classifier's card."""
        return self._classifier.card

    def classify(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return the probability of each digit: float32 (n, 10).

        Parameters
        ----------
        images
            (n, 28, 28), (n, 784) or a single (28, 28), ink 255 in integers, 1 in floats, on 0.

        Raises
        ------
        ShuziError
            The array has another shape, type or other values.
        """
        return self._classifier.classify(accept_images(images))

    def classify_or_reject(self, images: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `classify` returns, and for each image the probability that it is a digit: float32 (n,)."""
        return self._classifier.classify_or_reject(accept_images(images))

    def read(self, picture: Source, among: Sequence[str] | None = None, pattern: str | None = None) -> Reading:
        r"""Read the number in a picture.

        Parameters
        ----------
        picture
            A path, a page of a PDF or TIFF (``"scan.pdf#2"``; without a number, the first), the bytes of a file, a
            file opened in binary mode, a PIL image, or an array or tensor (h, w), (h, w, 1), (h, w, 3) in RGB or
            (h, w, 4) with alpha, white 255 in integers and 1 in floats.
        among
            The values of which one is written there: the reading's text is one of them, and "unsure" if it is not
            clear which. They are compared with the digits alone unless one of them has a mark.
        pattern
            The expected format: a regular expression over digits and marks for the whole text, such as
            ``r"\d{1,3}\.\d\d"``, or one of the names ``integer``, ``amount``, ``date``, ``time`` and ``phone``. The
            best text that fits is read; a picture that does not fit is "unsure" and says so. Of values, only those
            that fit may be written.

        Raises
        ------
        DataError
            A value has other characters than digits and the marks ``. , - / :``, or the pattern is invalid.
        PictureError
            It is not a picture, is truncated or empty, or has more than 50 million pixels.
        MissingExtra
            It is a HEIC picture or a PDF, and the library to open it is not installed.

        Examples
        --------
        >>> import shuzi
        >>> sheet = np.full((60, 60), 255, np.uint8)
        >>> shuzi.load().read(sheet).status
        'blank'
        """
        reader = self._knowing(among, pattern)
        findings = reader.recognise(picture)
        return reader.decide(findings)

    def with_hand(self, path: str | Path) -> Reader:
        """Return a reader of the same models that knows corrected digits of one person (`recognise.hand`).

        Parameters
        ----------
        path
            The .npz file that `shuzi hand add` makes.

        Raises
        ------
        DataError
            The file is missing, damaged, or holds something else.
        ModelError
            The model does not output its features.
        """
        from shuzi.data.own import load_hand  # a tenth of the time in which a command starts, and few have a hand

        return self.with_corrections(load_hand(path))

    def with_corrections(self, examples: Dataset) -> Reader:
        """Return a reader of the same models that knows these corrected digits; raises what `with_hand` raises."""
        return Reader(**self._arguments() | {"classifier": CorrectedClassifier(self._classifier, examples)})

    def with_values(self, among: Sequence[str]) -> Reader:
        """Return a reader of the same models that chooses one of these values; raises what `read` raises."""
        values = check_values(among)
        if self._pattern is not None:
            values = [value for value in values if self._pattern.accepts(value)]
            if not values:
                raise DataError("error.pattern.no_value")
        return Reader(**self._arguments() | {"values": values})

    def with_pattern(self, pattern: str | Automaton) -> Reader:
        """Return a reader of the same models whose texts fit a pattern; raises what `read` raises."""
        compiled = pattern if isinstance(pattern, Automaton) else compile_pattern(pattern)
        reader = Reader(**self._arguments() | {"pattern": compiled})
        return reader if self._values is None else reader.with_values(self._values)

    def _knowing(self, among: Sequence[str] | None, pattern: str | None) -> Reader:
        reader = self if pattern is None else self.with_pattern(pattern)
        return reader if among is None else reader.with_values(among)

    def recognise(self, picture: Source, max_work: float = MAX_WORK, as_page: bool = True) -> Findings:
        """Find and recognise what is in a picture, undecided, to show or measure it; raises what `read` raises.

        Parameters
        ----------
        picture
            As for `read`.
        max_work
            What may be done for it, in images classified; if that is not enough, nothing is read.
        as_page
            Whether it may be a photograph of several lines; a cell of a table is one number.
        """
        source = source_of(picture)
        grey = open_picture(picture)
        writing = self._find_writing(grey) if as_page else None
        line_score = writing.score if writing is not None and not writing.lines else None
        lines = writing.lines if writing is not None and _is_page(writing.lines, grey) else []
        if lines and not may_be_one_number(lines):
            page = self._recognise_page(grey, lines, max_work)
            if page.too_much is None:  # a large table may still be read row by row
                return replace(page, source=source)
            lines = []
        scan = Scan.of(grey, LARGEST_SIDE)
        classifier, has_lines = self._classifier, self._recogniser is not None
        # in a number, corrected digits speak about its texts, not about the candidates too
        uncorrected = classifier.uncorrected if isinstance(classifier, CorrectedClassifier) else classifier
        findings = locate(scan, uncorrected, self._detector, has_lines, max_work)
        # clear ink on a single line is read as well without its neighbours, and only there a stroke is surely seen
        is_clear = findings.simple and len(findings.lines) < 2 and _is_on_one_of(lines, findings)
        if lines and not is_clear and not any(line.is_struck for line in findings.lines):
            return replace(self._recognise_page(grey, lines, max_work), source=source)
        if uncorrected is not classifier and not findings.lines and findings.too_much is None:
            findings = locate(scan, classifier, self._detector, has_lines, max_work)
        if self._recogniser is not None:
            findings = recognise_lines(findings, scan, self._recogniser)
        if isinstance(classifier, CorrectedClassifier):
            findings = correct(findings, classifier, self._line_scale.weights)
        return replace(findings, line_score=line_score, source=source)

    def _find_writing(self, grey: NDArray[np.uint8]) -> Writing | None:
        """Find the lines of a picture that is large enough to hold several."""
        if self._line_detector is None or self._recogniser is None or min(grey.shape) < SMALLEST_PAGE:
            return None
        return self._line_detector.find(grey)

    def _recognise_page(self, grey: NDArray[np.uint8], lines: Sequence[TextLine], max_work: float) -> Findings:
        """Recognise the lines of a photograph."""
        assert self._recogniser is not None  # noqa: S101 - for the types
        assert self._line_detector is not None  # noqa: S101 - for the types
        classifier = self._classifier
        alone = classifier.uncorrected if isinstance(classifier, CorrectedClassifier) else classifier
        findings = recognise_page(grey, lines, self._recogniser, alone, max_work)
        if findings.page and not findings.is_upside_down:
            is_on_its_side = lies_on_its_side(grey, findings.page, self._line_detector, self._recogniser)
            findings = replace(findings, is_on_its_side=is_on_its_side)
        return correct_page(findings, classifier) if isinstance(classifier, CorrectedClassifier) else findings

    def decide(self, findings: Findings) -> Reading:
        """Decide what the findings in a picture say."""
        reading = decide(findings, self._scale, self._line_scale, self._values, self._pattern, self._page_scale)
        return replace(reading, source=findings.source)

    def read_many(
        self,
        pictures: Iterable[Source] | Source,
        among: Sequence[str] | None = None,
        pattern: str | None = None,
    ) -> Iterator[Reading | ShuziError]:
        """Read pictures on all cores and yield the readings, or errors, in order.

        Parameters
        ----------
        pictures
            As for `PictureReader.read_many`: pictures, folders, PDFs, or a single one of these.
        among, pattern
            As for `read`.
        """
        yield from PictureReader.read_many(self._knowing(among, pattern), pictures)


def _is_page(lines: Sequence[TextLine], grey: NDArray[np.uint8]) -> bool:
    """Tell whether the largest line of a picture, of those that are not cut off, is much lower than the picture."""
    whole = without_cut_off(lines, grey) or lines
    if not whole:
        return False
    return max(whole, key=lambda line: line.length * line.height).height < LARGEST_ON_PAGE * len(grey)


def _is_on_one_of(lines: Sequence[TextLine], seen: Findings) -> bool:
    """Tell whether any candidate is where a line was found: elsewhere they are a shadow or the edge of something."""
    boxes = as_array(seen.in_original(candidate.box) for candidate in seen.candidates)
    return any(intersection(np.array(line.box), boxes).max(initial=0) > 0 for line in lines)


def available_models() -> list[str]:
    """List the models that come with shuzi, which `load` accepts by name, the default one first.

    Examples
    --------
    >>> available_models()[0]
    'default'
    """
    return [name for name in shipped() if name not in PARTNERS]


@overload
def load(model: Literal["display"]) -> DisplayReader: ...  # type: ignore[overload-overlap]


@overload
def load(
    model: str | Path = DEFAULT,
    detector: str | Path = DETECTOR,
    line: str | Path = LINE,
    line_detector: str | Path = LINE_DETECTOR,
) -> Reader: ...


def load(
    model: str | Path = DEFAULT,
    detector: str | Path = DETECTOR,
    line: str | Path = LINE,
    line_detector: str | Path = LINE_DETECTOR,
) -> Reader | DisplayReader:
    """Load a model for reading.

    Parameters
    ----------
    model
        The name of a shipped model, a finished run folder, or an .onnx file; "display" for numbers on displays and
        counters.
    detector
        The detector to use, named in the same way.
    line
        The line recogniser to use, named in the same way. A model that cannot reject non-digits reads without it.
    line_detector
        The line detector to use, named in the same way, for photographs of pages.

    Raises
    ------
    ModelError
        A model is missing, damaged or unknown, or is not of the right kind.
    """
    if model == DISPLAY:
        return load_display()
    classifier, names = Classifier(find_model(model)), shipped()
    finds = None if detector == DETECTOR and DETECTOR not in names else Detector(find_model(detector))
    plain = line == LINE and (LINE not in names or classifier.card.task != CLASSIFY_OR_REJECT)
    without = line_detector == LINE_DETECTOR and LINE_DETECTOR not in names
    lines = None if plain or without else LineDetector(find_model(line_detector))
    return Reader(classifier, finds, None if plain else Recogniser(find_model(line)), lines)


def load_display(model: str | Path = DISPLAY) -> DisplayReader:
    """Load a model that reads displays and counters, named as in `load`."""
    finder = shipped().get(LINE_DETECTOR)
    return DisplayReader(Recogniser(find_model(model)), None if finder is None else LineDetector(finder))


def make_cutter(reader: Reader) -> Cut:
    """Return a function that takes pictures of numbers apart, into the digits that a reader finds.

    It looks for the label in the picture, as for the only value of a list, and raises a DataError unless it is
    clearly there: a digit under a wrong label would teach a mistake.

    >>> import shuzi
    >>> from shuzi.pictures.open import EXAMPLE
    >>> [image.shape for image in make_cutter(shuzi.load())(Path(EXAMPLE), "31415926")][:2]
    [(28, 28), (28, 28)]
    """

    def cut(path: Path, label: str) -> list[NDArray[np.uint8]]:
        reading = reader.read(path, among=[label])
        wanted = [int(character) for character in label if character in DIGITS]
        if reading.digits_status != OK or [digit.digit for digit in reading.digits] != wanted:
            raise DataError("error.own.not_found", path=path, label=label)
        return [digit.image for digit in reading.digits]

    return cut
