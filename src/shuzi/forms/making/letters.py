"""A text becomes the font of this machine that has all its characters, to be embedded in a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ImageFont

from shuzi.errors import DataError, ShuziError, require
from shuzi.reading.report.explain.lettering import CHINESE

_LATIN = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf", "segoeui.ttf", "Helvetica.ttc")


@dataclass(frozen=True)
class Typeface:
    """A font file, and which of its fonts, if it is a collection."""

    path: Path
    number: int = 0


def typeface(text: str, chinese: bool, given: Path | None = None) -> Typeface | None:
    """Find a font that has every character of a text.

    Parameters
    ----------
    text
        All that will be printed.
    chinese
        Whether a Chinese font is to be preferred: others may have characters that look Japanese.
    given
        The font that the user names.

    Returns
    -------
    The font; None if every PDF viewer has one, which is so for Western European text.

    Raises
    ------
    DataError
        The named font cannot be used or lacks a character, or no font of this machine has all of them.
    """
    wanted = {character for character in text if not character.isspace()}
    if given is not None:
        missing = wanted - _characters(Typeface(given))
        if missing:
            raise DataError("error.font.lacks", path=given, characters="".join(sorted(missing)[:20]))
        return Typeface(given)
    for name in (*CHINESE, *_LATIN) if chinese else (*_LATIN, *CHINESE):
        try:
            path = Path(str(ImageFont.truetype(name, 10).path))
        except OSError:
            continue
        for face in _faces(path, chinese):
            try:
                if wanted <= _characters(face):
                    return face
            except DataError:  # a damaged font of the system is none
                continue
    if all(character.isascii() or character in _WESTERN for character in wanted):
        return None
    missing = {character for character in wanted if not character.isascii() and character not in _WESTERN}
    raise DataError("error.font.none", characters="".join(sorted(missing)[:20]))


_WESTERN = bytes(range(0xA1, 0x100)).decode("latin-1")  # what the fonts that each PDF viewer has can show


def _faces(path: Path, chinese: bool) -> list[Typeface]:
    """Return the fonts of a file, the simplified Chinese one first."""
    if path.suffix.lower() not in (".ttc", ".otc"):
        return [Typeface(path)]
    collection = require("fontTools.ttLib", "forms", "extra.forms").TTCollection(str(path), lazy=True)
    names = [str(font["name"].getDebugName(4)) for font in collection.fonts]
    collection.close()
    order = sorted(range(len(names)), key=lambda index: not (chinese and names[index].endswith((" SC", " CN"))))
    return [Typeface(path, index) for index in order]


def _characters(face: Typeface) -> set[str]:
    library: Any = require("fontTools.ttLib", "forms", "extra.forms")
    if face.path.exists() and not face.path.is_file():  # opening a pipe blocks until somebody writes to it
        raise DataError("error.data.unreadable", path=face.path, reason=ShuziError("file.special"))
    try:
        with library.TTFont(str(face.path), fontNumber=face.number, lazy=True) as font:
            return {chr(character) for character in font.getBestCmap() or {}}
    except OSError as problem:
        raise DataError("error.data.unreadable", path=face.path, reason=problem.strerror or problem) from problem
    except (library.TTLibError, KeyError, ValueError, AssertionError) as problem:
        raise DataError("error.font.unknown", path=face.path) from problem
