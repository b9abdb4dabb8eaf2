"""Collections of handwriting that do not come with shuzi: users name their own copy, by an option or a variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuzi.errors import DataError


@dataclass(frozen=True)
class Collection:
    """A collection: its names, where it is published, and how a card cites it as training data."""

    name: str  # in recipes and cards, and of the option of commands
    part: str  # the attribute of `Dataset` that holds it
    variable: str  # the environment variable that names it
    source: str  # where it is published: an address, or a DOI
    citation: str  # with its licence
    example: str  # what a command calls it that trains a model again
    # the keys of errors: if nobody has named it, and if nothing is where its name says
    needed: str
    missing: str

    @property
    def option(self) -> str:
        """The option that names it."""
        return f"--{self.name}"

    def find(self, path: str | Path | None) -> Path:
        """Return `path`, or else the path that the environment variable names; a DataError if nobody names it."""
        named = path or os.environ.get(self.variable)
        if not named:
            raise self.error(self.needed)
        return Path(named)

    def error(self, key: str, **values: Any) -> DataError:
        """Return an error that says how to name the collection, and where it is published."""
        return DataError(key, option=self.option, variable=self.variable, source=self.source, **values)


Paths = Mapping[str, Path]
"""Where collections are, by their names; any other is where its environment variable says."""

_DOI = "10.5281/zenodo.1195803"
_LECTAUREP = "https://github.com/HTR-United/lectaurep-repertoires"
_WHEELS = "https://github.com/haverland/Tenth-of-step-of-a-meter-digit"

STROKES = Collection(
    "strokes",
    "strokes",
    "SHUZI_STROKES",
    _DOI,
    "I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet: UNIPEN project of on-line data exchange and "
    f"recognizer benchmarks, ICPR 1994; doi {_DOI}; CC BY 4.0",
    "unipen.npz",
    needed="error.strokes.needed",
    missing="error.strokes.missing",
)
"""Pen strokes (`strokes`)."""

REGISTERS = Collection(
    "registers",
    "cells",
    "SHUZI_REGISTERS",
    _LECTAUREP,
    f"LECTAUREP, Notaires de Paris - Répertoires, HTR-United; {_LECTAUREP}; CC BY 4.0",
    "registers",
    needed="error.registers.needed",
    missing="error.registers.missing",
)
"""Cells of registers (`registers`)."""

PAGES = Collection(
    "page-lines",
    "pages",
    "SHUZI_PAGES",
    _LECTAUREP,
    f"LECTAUREP, Notaires de Paris - Répertoires, HTR-United; {_LECTAUREP}; and L. Louis, Tables décennales HTR; "
    "https://github.com/Lucie-Louis/Tables_decennales_HTR; CC BY 4.0",
    "pages",
    needed="error.page_lines.needed",
    missing="error.page_lines.missing",
)
"""Whole pages with the paths of their lines (`registers`)."""

DISPLAYS = Collection(
    "displays",
    "displays",
    "SHUZI_DISPLAYS",
    _WHEELS,
    f"haverland, Tenth-of-step-of-a-meter-digit; {_WHEELS}; and Kazuhito00; "
    "https://github.com/Kazuhito00/7segment-display-reader; Apache-2.0",
    "displays",
    needed="error.displays.needed",
    missing="error.displays.missing",
)
"""Digits of displays and counters (`displays`)."""

COLLECTIONS = (STROKES, REGISTERS, PAGES, DISPLAYS)
"""All of them, in the order of their options."""
