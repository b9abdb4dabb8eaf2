"""A picture becomes the JSON of its reading, in a thread of its own: with all that a page shows of it, when asked."""

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
    """How a picture is to be read.

    Parameters
    ----------
    reader
        Reads it.
    language
        Of the sentences.
    explain
        Told how many digits a picture holds, tells of how many it is to be shown what counted; called in a thread.
        None when nothing is to be explained.
    """

    reader: Reader
    language: str
    explain: Callable[[int], int] | None


def sources_of(named: list[tuple[str, bytes]], most: int) -> list[Source]:
    """Open up PDFs, of which each page is a picture.

    Parameters
    ----------
    named
        Names and contents.
    most
        Pictures that are accepted.

    Returns
    -------
    Names, and what is to be read under them, or the error in its place.

    Raises
    ------
    ServiceError
        There are more.
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
        It cannot be read.
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
    """Return what stands in place of the reading of a picture that cannot be read."""
    return written(Unread(source=name, error=about(name, problem).sentence(language), key=problem.key))


def about(name: str, problem: ShuziError) -> ShuziError:
    """Let an error name the picture as the client did."""
    if "path" in problem.values:
        return type(problem)(problem.key, **problem.values | {"path": name})
    return problem
