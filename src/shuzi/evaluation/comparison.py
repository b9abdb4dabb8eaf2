"""Labelled pictures become figures of how well shuzi, other readers and the user's own function read them."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from typing_extensions import TypedDict

from shuzi.data.tables import Labelled, has_table, read_labels
from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.models.card import Measured, Score
from shuzi.models.store import find_model
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture
from shuzi.processes.pool import Crashed, Pool
from shuzi.reading.explain import font
from shuzi.reading.reader import load
from shuzi.reading.result import COLOURS, NOT_A_DIGIT, OK

SURE = 0.99
"""The fraction of answers that must be right where a reader may answer only when it is confident."""

MAX_SHOWN = 60
"""The maximum number of pictures in a montage."""

_DRAWS = 2_000  # draws of the bootstrap
_COLUMNS, _WIDTH, _HEIGHT, _LINE, _GAP = 4, 300, 90, 22, 14  # of the montage, pixels
_PAPER, _INK = "#fbfaf7", "#1f2937"


@dataclass(frozen=True)
class Answer:
    """A reader's answer for a picture."""

    text: str  # "" for none
    confidence: float | None  # in the text, 0 to 1; None if the reader gives none
    sure: bool  # whether it takes the text for a number and vouches for it
    ms: float = 0.0  # milliseconds of one processor core


@dataclass(frozen=True)
class Compared:
    """A reader under comparison, and the size in bytes of its models, or of the package with them, if it is known."""

    name: str
    read: Callable[[Path], Answer]
    size: int | None = None


class Figures(TypedDict):
    """How well a reader reads, as JSON."""

    reader: str
    right: Measured  # numbers read exactly
    ok: Measured  # numbers that it vouches for
    right_where_ok: Measured | None  # of these, the right ones; None without any
    not_numbers_ok: Measured | None  # pictures without a number for which it vouches for one; None without any
    coverage_at_99: float | None  # `coverage`; None without confidences
    ms: float  # median milliseconds of one processor core for a picture
    bytes: int | None
    # by how much the first reader's fraction of right answers is higher, and the 95 % interval of that difference
    # (paired bootstrap over pictures)
    first_is_ahead_by: list[float] | None


@dataclass(frozen=True, eq=False)
class Measurement:
    """A reader's answers, by picture, whether they are right, bool (n,), and its figures."""

    answers: tuple[Answer, ...]
    is_right: NDArray[np.bool_]
    figures: Figures


@dataclass(frozen=True)
class Comparison:
    """What readers that answered for every picture reached, and by name the errors of the others."""

    pictures: tuple[Labelled, ...]
    with_marks: bool
    readers: tuple[Measurement, ...]
    failed: dict[str, DataError]


def labelled_pictures(folder: Path) -> list[Labelled]:
    """Return a folder's pictures with labels from its `labels.csv`, or from their names: ``10234_anna.png``."""
    if not folder.is_dir():
        raise DataError("error.data.no_folder", folder=folder)
    pictures = read_labels(folder, DIGITS + MARKS) if has_table(folder) else [*_named(folder)]
    if not any(picture.label for picture in pictures):
        raise DataError("error.compare.nothing", folder=folder)
    return pictures


def has_numbers(folder: Path) -> bool:
    """Tell whether a folder holds pictures labelled by their names, or by a table with more than single digits."""
    in_table = has_table(folder)
    try:
        pictures = labelled_pictures(folder)
    except ShuziError:
        if in_table:
            raise
        return False  # it may be a dataset
    return not in_table or any(len(picture.label) != 1 for picture in pictures)


def _named(folder: Path) -> Iterator[Labelled]:
    for picture in single_pictures(folder):
        if isinstance(picture, ShuziError):
            raise picture
        if isinstance(picture, Path):
            label, underscore, _ = picture.stem.partition("_")
            if underscore and label and set(label) <= set(DIGITS):
                yield Labelled(picture, label)


def have_marks(pictures: Sequence[Labelled]) -> bool:
    """Tell whether marks count: whether any label has a mark."""
    return any(set(picture.label) & set(MARKS) for picture in pictures)


def shuzi_reader(model: str | Path, with_marks: bool) -> Compared:
    """Return shuzi with a model and its partners; it answers with marks, or with its digits alone."""
    reader = load(model)

    def read(path: Path) -> Answer:
        try:
            reading = reader.read(path)
        except PictureError:  # it reads no number there; a missing library is not the reader's mistake
            return Answer("", 0.0, sure=False)
        if not with_marks:
            reading = reading.digits_only()
        return Answer(reading.text, reading.confidence, reading.status == OK)

    return Compared("shuzi", read, sum(find_model(name).stat().st_size for name in (model, *reader.partners)))


def other_reader(name: str) -> Compared:
    """Return a reader by its name, or the user's ``module:function`` from a path to a text (and a confidence)."""
    if ":" in name:
        return Compared(name, _apart(name))
    makers = {"rapidocr": _rapidocr, "tesseract": _tesseract}
    if name not in makers:
        raise DataError("error.compare.reader", name=name, known=", ".join(makers))
    try:
        package, read = makers[name]()
        files = metadata.files(package) or ()
    except ImportError as problem:
        raise DataError("error.compare.uninstalled", name=name, library=problem.name or name) from problem
    return Compared(name, _answering(name, read), sum(file.size or 0 for file in files) or None)


def _answering(name: str, read: Callable[[str], Any]) -> Callable[[Path], Answer]:
    def answer(path: Path) -> Answer:
        try:
            said = read(str(path))
        except (Exception, SystemExit) as problem:  # other people's code may raise anything
            raise DataError("error.compare.answer", name=name, path=path, reason=repr(problem)[:200]) from problem
        text, confidence = said if isinstance(said, tuple) and len(said) == 2 else (said, None)
        is_confidence = confidence is None or (isinstance(confidence, Real) and 0 <= float(confidence) <= 1)
        if not isinstance(text, str) or not is_confidence:
            raise DataError("error.compare.answer", name=name, path=path, reason=repr(said)[:200])
        text = "\n".join(filter(None, ("".join(line.split()) for line in text.splitlines())))
        is_number = bool(text) and set(text) <= set(DIGITS + MARKS + "\n")
        return Answer(text, None if confidence is None else float(confidence), is_number)

    return answer


def _apart(name: str) -> Callable[[Path], Answer]:
    """Return what asks the user's function, which has a process of its own, since it may end or crash that."""
    pool = Pool(1)

    def ask(path: Path | None) -> Answer:
        try:
            answer: Answer = pool.result(pool.submit(_ask_own, name, path))
        except Crashed as problem:
            key = "error.compare.function" if path is None else "error.compare.answer"
            raise DataError(key, name=name, path=path, reason=ShuziError("compare.ended")) from problem
        return answer

    ask(None)
    return ask


def _ask_own(name: str, path: Path | None) -> Answer:
    """Ask the user's function about a picture, or load it only; in the process that is its own."""
    answer = _answering(name, _own(name))
    return Answer("", None, sure=False) if path is None else _timed(Compared(name, answer), path)


@cache
def _own(name: str) -> Callable[[str], Any]:
    module, _, function = name.rpartition(":")
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` does
    try:
        read = getattr(importlib.import_module(module.removesuffix(".py")), function)
    except (Exception, SystemExit) as problem:  # other people's code may raise anything
        raise DataError("error.compare.function", name=name, reason=str(problem)) from problem
    if not callable(read):
        raise DataError("error.compare.function", name=name, reason=repr(read)[:200])
    return read  # type: ignore[no-any-return]


def _rapidocr() -> tuple[str, Callable[[str], Any]]:
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={"Global.log_level": "critical"})

    def read(path: str) -> tuple[str, float]:
        answer = engine(path, use_det=False, use_cls=False, use_rec=True)
        return "".join(answer.txts or ()), min(answer.scores or (0.0,))

    return "rapidocr", read


def _tesseract() -> tuple[str, Callable[[str], Any]]:
    import pytesseract

    options = f"--psm 7 -c tessedit_char_whitelist={DIGITS}{MARKS}"

    def read(path: str) -> tuple[str, float]:
        with Image.open(path) as picture:
            words_found = pytesseract.image_to_data(picture, config=options, output_type=pytesseract.Output.DICT)
        said = zip(words_found["text"], words_found["conf"], strict=True)
        words = [(text, float(sure)) for text, sure in said if text.strip()]
        return "".join(text for text, _ in words), min((sure for _, sure in words), default=0.0) / 100

    return "pytesseract", read


def compare(
    readers: Sequence[Compared], pictures: Sequence[Labelled], show: Callable[[], None] = lambda: None
) -> Comparison:
    """Read all pictures with all readers in turn, and compare them with the first; one that fails has no figures.

    Ctrl-C leaves out the reader that is at work, which may hang, and those after it.
    """
    with_marks = have_marks(pictures)
    measured: list[Measurement] = []
    failed = {}
    for reader in readers:
        try:
            reader.read(pictures[0].path)  # so that no reader's time includes loading
            answers = []
            for picture in pictures:
                answers.append(_timed(reader, picture.path))
                show()
        except DataError as problem:
            failed[reader.name] = problem
        except KeyboardInterrupt:
            if not measured:
                raise
            failed[reader.name] = DataError("error.compare.stopped", name=reader.name)
            break
        else:
            measured.append(_measurement(reader, pictures, with_marks, answers, measured[0] if measured else None))
    return Comparison(tuple(pictures), with_marks, tuple(measured), failed)


def _timed(reader: Compared, path: Path) -> Answer:
    """Read a picture and note the processor time that all threads and child processes took."""

    def spent() -> float:
        times = os.times()
        return time.process_time() + times.children_user + times.children_system

    before = spent()
    answer = reader.read(path)
    return replace(answer, ms=answer.ms or (spent() - before) * 1_000)  # in its own process, it was noted there


def _measurement(
    reader: Compared,
    pictures: Sequence[Labelled],
    with_marks: bool,
    answers: Sequence[Answer],
    first: Measurement | None,
) -> Measurement:
    right = [comparable(a.text, with_marks) == picture.label for a, picture in zip(answers, pictures, strict=True)]
    is_right, is_number = np.array(right), np.array([bool(picture.label) for picture in pictures])
    sure = np.array([answer.sure for answer in answers])
    confidences = np.array([np.nan if answer.confidence is None else answer.confidence for answer in answers])
    numbers, vouched, known = is_right[is_number], sure[is_number], confidences[is_number]
    figures: Figures = {
        "reader": reader.name,
        "right": _score(numbers).as_dict(),
        "ok": _score(vouched).as_dict(),
        "right_where_ok": _score(numbers[vouched]).as_dict() if vouched.any() else None,
        "not_numbers_ok": None if is_number.all() else _score(sure[~is_number]).as_dict(),
        "coverage_at_99": None if np.isnan(known).any() else coverage(known, numbers),
        "ms": round(float(np.median([answer.ms for answer in answers])), 2),
        "bytes": reader.size,
        "first_is_ahead_by": _difference(first.is_right[is_number], numbers) if first else None,
    }
    return Measurement(tuple(answers), is_right, figures)


def _score(right: NDArray[np.bool_]) -> Score:
    return Score(int(right.sum()), len(right))


def comparable(text: str, with_marks: bool) -> str:
    """Return the part of a text that counts: its digits, or with marks all of it, other characters as "?".

    Two lines are two numbers, which are not one.
    """
    lines = ["".join(line.split()) for line in text.splitlines()]
    if with_marks:
        lines = ["".join(letter if letter in DIGITS + MARKS else "?" for letter in line) for line in lines]
    else:
        lines = ["".join(letter for letter in line if letter in DIGITS) for line in lines]
    return "\n".join(filter(None, lines))


def coverage(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the largest fraction that can be answered, the surest first, ties together, with `SURE` of it right."""
    order = np.argsort(-confidences, kind="stable")
    so_far = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(np.diff(confidences[order]) != 0, True)
    enough = np.flatnonzero((so_far >= SURE) & is_last)
    return float(enough[-1] + 1) / len(order) if enough.size else 0.0


def _difference(first: NDArray[np.bool_], other: NDArray[np.bool_]) -> list[float]:
    gains = first.astype(int) - other
    counts = np.array([(gains == gain).sum() for gain in (-1, 0, 1)])
    draws = np.random.default_rng(0).multinomial(len(gains), counts / len(gains), size=_DRAWS)
    low, high = np.percentile((draws[:, 2] - draws[:, 0]) / len(gains), [2.5, 97.5])
    return [float(gains.mean()), float(low), float(high)]


def disagreements(comparison: Comparison) -> list[int]:
    """Return the indices of pictures that some readers read right and others wrong, or a single one read wrong."""
    right = np.stack([reader.is_right for reader in comparison.readers])
    return np.flatnonzero(~right.all(axis=0) & (right.any(axis=0) | (len(right) == 1))).tolist()


def montage(comparison: Comparison) -> Image.Image:
    """Draw the pictures that readers disagree on, or one reader's mistakes, above their labels and answers."""
    shown = disagreements(comparison)[:MAX_SHOWN]
    cell_height = _HEIGHT + _LINE * (len(comparison.readers) + 1) + _GAP
    rows = max(1, -(-len(shown) // _COLUMNS))
    image = Image.new("RGB", (_COLUMNS * (_WIDTH + _GAP) + _GAP, rows * cell_height + _GAP), _PAPER)
    pen, letters = ImageDraw.Draw(image), font(15)
    for position, index in enumerate(shown):
        x = _GAP + position % _COLUMNS * (_WIDTH + _GAP)
        y = _GAP + position // _COLUMNS * cell_height
        picture = comparison.pictures[index]
        try:
            small = Image.fromarray(open_picture(picture.path))
            small.thumbnail((_WIDTH, _HEIGHT))
            image.paste(small, (x, y))
        except ShuziError:
            pass  # the answers below suffice
        pen.text((x, y + _HEIGHT), picture.label or "–", _INK, letters)
        for line, reader in enumerate(comparison.readers, 1):
            text = "".join(reader.answers[index].text.split())[:24] or "–"
            colour = COLOURS[OK if reader.is_right[index] else NOT_A_DIGIT]
            pen.text((x, y + _HEIGHT + _LINE * line), f"{reader.figures['reader']}: {text}", colour, letters)
    return image
