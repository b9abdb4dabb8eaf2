"""Read pictures with shuzi, with other installed readers, or with the user's own function."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from shuzi.errors import DataError, PictureError
from shuzi.models.tasks import DIGITS, MARKS
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import OK


@dataclass(frozen=True)
class Answer:
    """A reader's answer for a picture.

    Parameters
    ----------
    text
        The text read, "" for none.
    confidence
        Its confidence in the text, 0 to 1; None if the reader gives none.
    sure
        Whether the reader takes the text for a number and vouches for it.
    ms
        Milliseconds of one processor core.
    """

    text: str
    confidence: float | None
    sure: bool
    ms: float = 0.0


Read = Callable[[Path], Answer]


@dataclass(frozen=True)
class Compared:
    """A reader under comparison.

    Parameters
    ----------
    name
        Its name.
    read
        Reads one picture.
    size
        The size in bytes of its models, or of the package with them; None if unknown.
    """

    name: str
    read: Read
    size: int | None = None


OTHERS = ("rapidocr", "tesseract", "easyocr", "trocr")
"""Readers known by name. EasyOCR and TrOCR download their models; shuzi's authors have not run them."""


def shuzi_reader(reader: Reader, models: Sequence[Path], with_marks: bool) -> Compared:
    """Return shuzi, with the files of its models; it answers with marks, or with its digits alone."""

    def read(path: Path) -> Answer:
        try:
            reading = reader.read(path)
        except PictureError:  # it reads no number there; a missing library is not the reader's mistake
            return Answer("", 0.0, sure=False)
        if not with_marks:
            reading = reading.digits_only()
        return Answer(reading.text, reading.confidence, reading.status == OK)

    return Compared("shuzi", read, sum(model.stat().st_size for model in models))


def other_reader(name: str) -> Compared:
    """Return a reader by its name, or the user's function as ``module:function``.

    The function gets a path and returns the text, or the text and a confidence.

    Raises
    ------
    DataError
        It is not installed, the name is unknown, or the module has no such function.
    """
    if ":" in name:
        return Compared(name, _answering(name, _own(name)))
    makers = {"rapidocr": _rapidocr, "tesseract": _tesseract, "easyocr": _easyocr, "trocr": _trocr}
    if name not in makers:
        raise DataError("error.compare.reader", name=name, known=", ".join(OTHERS))
    try:
        package, read = makers[name]()
    except ImportError as problem:
        raise DataError("error.compare.uninstalled", name=name, library=problem.name or name) from problem
    return Compared(name, _answering(name, read), _size(package))


def timed(read: Read, path: Path) -> Answer:
    """Read a picture and note the processor time that all threads and child processes took."""
    before = _processor_time()
    answer = read(path)
    return Answer(answer.text, answer.confidence, answer.sure, (_processor_time() - before) * 1_000)


def _processor_time() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _answering(name: str, read: Callable[[str], Any]) -> Read:
    def answer(path: Path) -> Answer:
        try:
            said = read(str(path))
        except Exception as problem:  # any error of another reader
            raise DataError("error.compare.answer", name=name, path=path, reason=problem) from problem
        text, confidence = said if isinstance(said, tuple) and len(said) == 2 else (said, None)
        if not isinstance(text, str) or not (confidence is None or _is_confidence(confidence)):
            raise DataError("error.compare.answer", name=name, path=path, reason=repr(said)[:80])
        text = "".join(text.split())
        is_number = bool(text) and set(text) <= set(DIGITS + MARKS)
        return Answer(text, None if confidence is None else float(confidence), is_number)

    return answer


def _own(name: str) -> Callable[[str], Any]:
    module, _, function = name.rpartition(":")
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` does
    try:
        found = getattr(importlib.import_module(module.removesuffix(".py")), function)
    except Exception as problem:  # any error of the module
        raise DataError("error.compare.function", name=name, reason=problem) from problem
    if not callable(found):
        raise DataError("error.compare.function", name=name, reason=repr(found)[:80])
    return found  # type: ignore[no-any-return]


def _is_confidence(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _rapidocr() -> tuple[str, Callable[[str], Any]]:
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={"Global.log_level": "critical"})

    def read(path: str) -> tuple[str, float]:
        found = engine(path, use_det=False, use_cls=False, use_rec=True)
        return "".join(found.txts or ()), min(found.scores or (0.0,))

    return "rapidocr", read


def _tesseract() -> tuple[str, Callable[[str], Any]]:
    import pytesseract
    from PIL import Image

    options = f"--psm 7 -c tessedit_char_whitelist={DIGITS}{MARKS}"

    def read(path: str) -> tuple[str, float]:
        with Image.open(path) as picture:
            found = pytesseract.image_to_data(picture, config=options, output_type=pytesseract.Output.DICT)
        words = [
            (text, float(confidence))
            for text, confidence in zip(found["text"], found["conf"], strict=True)
            if text.strip()
        ]
        return "".join(text for text, _ in words), min((confidence for _, confidence in words), default=0.0) / 100

    return "pytesseract", read


def _easyocr() -> tuple[str, Callable[[str], Any]]:
    import easyocr

    engine = easyocr.Reader(["en"], gpu=False, verbose=False)

    def read(path: str) -> tuple[str, float]:
        found = engine.readtext(path, allowlist=DIGITS + MARKS)
        return "".join(text for _, text, _ in found), min((float(score) for *_, score in found), default=0.0)

    return "easyocr", read


def _trocr() -> tuple[str, Callable[[str], Any]]:
    from PIL import Image
    from transformers import TrOCRProcessor, VisionEncoderDecoderModel

    model = "microsoft/trocr-base-handwritten"
    processor, network = TrOCRProcessor.from_pretrained(model), VisionEncoderDecoderModel.from_pretrained(model)

    def read(path: str) -> tuple[str, float]:
        with Image.open(path) as picture:
            pixels = processor(picture.convert("RGB"), return_tensors="pt").pixel_values
        out = network.generate(pixels, num_beams=4, return_dict_in_generate=True, output_scores=True)
        text = processor.batch_decode(out.sequences, skip_special_tokens=True)[0]
        return text, float(out.sequences_scores.exp()[0])

    return "transformers", read


def _size(package: str) -> int | None:
    try:
        files = metadata.files(package)
    except metadata.PackageNotFoundError:
        return None
    return sum(file.size or 0 for file in files or ()) or None
