"""A picture becomes the JSON of its reading, in a worker thread, with explanations if requested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shuzi.errors import PictureError, ServiceError, ShuziError
from shuzi.messages import speaking
from shuzi.pictures.decoder import count_pages
from shuzi.pictures.open import Picture
from shuzi.pictures.pdf import Page
from shuzi.pictures.plain import PDF, kind_of
from shuzi.reading.explain.occlusion import what_counts
from shuzi.reading.reader import Reader
from shuzi.service.api.schema import Reading, Unread
from shuzi.service.http.operations import written

_DECIMALS = 5

Source = tuple[str, Picture | ShuziError]


@dataclass(frozen=True)
class Asked:
    """How to read a picture.

    Parameters
    ----------
    reader
        Reads it.
    language
        The language of messages.
    explain
        Called in a thread with a picture's number of digits; returns how many of them to explain. None to explain
        nothing.
    """

    reader: Reader
    language: str
    explain: Callable[[int], int] | None


def sources_of(named: list[tuple[str, bytes]], most: int) -> list[Source]:
    """Expand PDFs into pages, each of which is a picture.

    Parameters
    ----------
    named
        Names and contents of files.
    most
        The maximum number of pictures.

    Returns
    -------
    For each name, the picture to read, or the error that prevents it.

    Raises
    ------
    ServiceError
        There are too many.
    """
    sources: list[Source] = []
    for name, content in named:
        if kind_of(content) != PDF:
            sources.append((name, content))
            continue
        try:
            pages = count_pages(content)
        except ShuziError as problem:
            sources.append((name, problem))
            continue
        if len(sources) + pages > most:
            raise ServiceError("error.service.pictures", most=most)
        sources += [(f"{name}#{page}", Page(content, page)) for page in range(1, pages + 1)]
    if len(sources) > most:
        raise ServiceError("error.service.pictures", most=most)
    return sources


def read(name: str, picture: Picture, asked: Asked) -> bytes:
    """Read a picture.

    Returns
    -------
    A Reading as JSON.

    Raises
    ------
    ShuziError
        The picture cannot be read.
    """
    with speaking(asked.language):
        try:
            seen = asked.reader.find_candidates(picture)
        except PictureError as problem:
            raise about(name, problem) from problem
        reading = asked.reader.interpret(seen)
        shown = reading.as_dict(name)
        if asked.explain is not None:
            height, width = seen.shape
            shown["size"] = [width, height]
            explained = asked.explain(len(reading.digits))
            for place, (digit, found) in enumerate(zip(shown["digits"], reading.digits, strict=True)):
                digit["image"] = found.image.tolist()
                if place < explained:
                    counted = what_counts(asked.reader.classify, found.image, found.digit)
                    digit["counted"] = (counted.astype(float).round(_DECIMALS) + 0.0).tolist()
        return written(Reading.model_validate(shown))


def failed(name: str, problem: ShuziError, language: str) -> bytes:
    """Return the JSON that replaces the reading of an unreadable picture."""
    return written(Unread(source=name, error=about(name, problem).sentence(language), key=problem.key))


def about(name: str, problem: ShuziError) -> ShuziError:
    """Make an error call the picture by the client's name for it."""
    if "path" in problem.values:
        return type(problem)(problem.key, **problem.values | {"path": name})
    return problem
