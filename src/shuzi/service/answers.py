"""Pictures become the JSON of their readings, with explanations if requested.

Functions that run "in a reading process" use the reader that is kept there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.messages import speaking
from shuzi.pictures.decode import PDF, TIFF, Page, is_plain, kind_of
from shuzi.pictures.decoder import count_pages
from shuzi.reading.read_many import use_one_core
from shuzi.reading.reader import Reader
from shuzi.reading.report.explain import what_counts
from shuzi.service.openapi import written
from shuzi.service.problems import checked
from shuzi.service.schema import Answer, Answers, Images, Reading, Unread

_DECIMALS = 5
_MODEL = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')


Source = tuple[str, bytes | Page | ShuziError]
Decoded = tuple[str, bytes | NDArray[np.uint8]]
"""A plain file, decoded by its reading process, or a picture decoded elsewhere."""


@dataclass(frozen=True)
class Asked:
    """The options of a reading."""

    language: str  # the language of messages
    explained: int | None = None  # how many digits of each picture to explain; None to explain nothing
    marks: bool = True  # whether marks are part of the text
    pattern: str = ""  # the pattern that texts must fit; "" for any text


@dataclass(frozen=True)
class Read:
    """The outcome for a picture: a Reading as JSON, or the error instead, and how many digits were explained."""

    said: bytes | ShuziError
    explained: int = 0


def begin() -> None:
    """Prepare a reading process, by importing everything that this module needs."""
    use_one_core()


def sources_of(named: list[tuple[str, bytes]], max_pictures: int) -> list[Source]:
    """Expand PDFs and TIFFs into pages, each of which is a picture."""
    sources: list[Source] = []
    for name, content in named:
        kind = kind_of(content)
        if kind not in (PDF, TIFF):
            sources.append((name, content))
            continue
        try:
            pages = count_pages(content)
        except ShuziError as problem:
            sources.append((name, problem))
            continue
        if kind == TIFF and pages == 1:
            sources.append((name, content))
            continue
        if pages > max_pictures:
            raise ServiceError("error.service.pages", path=name, pages=pages, most=max_pictures)
        if len(sources) + pages > max_pictures:
            raise ServiceError("error.service.pictures", most=max_pictures)
        sources += [(f"{name}#{page}", Page(content, page)) for page in range(1, pages + 1)]
    if len(sources) > max_pictures:
        raise ServiceError("error.service.pictures", most=max_pictures)
    return sources


def is_special(picture: bytes) -> bool:
    """Tell whether a picture's file is decoded in a child process.

    >>> is_special(b"GIF89a"), is_special(b"no picture")
    (True, False)
    """
    kind = kind_of(picture)
    return kind is not None and not is_plain(picture, kind)


def read(reader: Reader, pictures: Sequence[Decoded], asked: Asked) -> list[Read]:
    """Read pictures; in a reading process."""
    with speaking(asked.language):
        return [_read(reader, name, picture, asked) for name, picture in pictures]


def _read(reader: Reader, name: str, picture: bytes | NDArray[np.uint8], asked: Asked) -> Read:
    try:
        seen = reader.recognise(picture)
    except PictureError as problem:
        return Read(problem.with_path(name))
    except ShuziError as problem:
        return Read(problem)
    reading = (reader.with_pattern(asked.pattern) if asked.pattern else reader).decide(seen)
    if not asked.marks:
        reading = reading.digits_only()
    shown = reading.as_dict(name)
    explained = 0
    if asked.explained is not None:
        height, width = seen.shape
        shown["size"] = [width, height]
        explained = min(asked.explained, len(reading.digits))
        for index, (digit, digit_read) in enumerate(zip(shown["digits"], reading.digits, strict=True)):
            digit["image"] = digit_read.image.tolist()
            if index < explained:
                counted = what_counts(reader.classify, digit_read.image, digit_read.digit)
                digit["counted"] = (counted.astype(float).round(_DECIMALS) + 0.0).tolist()
    return Read(written(Reading.model_validate(shown)), explained)


def model_named(body: bytes) -> str:
    """Guess the model named in the JSON of a classify request, without parsing all of it; "" if none is named.

    >>> model_named(b'{"images": [], "model": "tiny"}')
    'tiny'
    """
    found = _MODEL.search(body)
    return found[1].decode(errors="replace") if found else ""


def classify(reader: Reader, body: bytes, language: str, name: str) -> bytes | str:
    """Classify the images of a request; in a reading process."""
    with speaking(language):
        asked = checked(body, Images)
    if asked.model != name:
        return asked.model
    images = np.array([np.reshape(image, (28, 28)) for image in asked.images], np.uint8)
    probabilities = reader.classify(images)
    rows = [[round(probability, 4) for probability in row] for row in probabilities.tolist()]
    said = [
        Answer(digit=digit, probability=row[digit], probabilities=row)
        for digit, row in zip(probabilities.argmax(axis=1).tolist(), rows, strict=True)
    ]
    return written(Answers(answers=said))


def failed(name: str, problem: ShuziError, language: str) -> bytes:
    """Return the JSON that replaces the reading of an unreadable picture."""
    return written(Unread(source=name, error=problem.with_path(name).sentence(language), key=problem.key))
