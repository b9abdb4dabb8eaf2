"""Draws a lesson's figures for light and for dark pages.

    python tools/course/figures.py course/01-line

Each function of the lesson's draw.py takes a theme and returns a figure, which becomes pictures/NAME.png and
pictures/NAME-dark.png. Figures have numbers but no words, so both languages share them.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image


@dataclass(frozen=True)
class Theme:
    """Colours: of the page, of text and axes, of what is in the background, and three for what matters."""

    page: str
    text: str
    faint: str
    accent: str
    second: str
    third: str
    ink: str
    """A colour map for pixels, from paper to ink."""
    signs: str
    """A colour map from against to for."""

    @property
    def settings(self) -> dict[str, object]:
        """Matplotlib's settings for this theme."""
        lines = ("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "text.color", "axes.titlecolor")
        return dict.fromkeys(lines, self.text) | {
            "figure.facecolor": self.page,
            "axes.facecolor": self.page,
            "savefig.facecolor": self.page,
            "grid.color": self.faint,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.constrained_layout.use": True,
        }


LIGHT = Theme("#ffffff", "#44403c", "#d6d3d1", "#c2410c", "#1d4ed8", "#15803d", "Greys", "PuOr")
DARK = Theme("#1e2129", "#d6d3d1", "#57534e", "#fb923c", "#60a5fa", "#4ade80", "gray", "PuOr")


def drawings(lesson: Path) -> dict[str, Callable[[Theme], Figure]]:
    """Return the functions of a lesson's draw.py by the names of their pictures."""
    description = importlib.util.spec_from_file_location(f"draw_{lesson.name}", lesson / "draw.py")
    module = importlib.util.module_from_spec(description)  # type: ignore[arg-type]
    description.loader.exec_module(module)  # type: ignore[union-attr]
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        name.replace("_", "-"): each for name, each in found if each.__module__ == module.__name__ and name[0] != "_"
    }


def draw(lesson: Path, target: Path) -> list[Path]:
    """Draw all figures of a lesson into a folder and return their files."""
    target.mkdir(exist_ok=True)
    files = []
    for name, make in drawings(lesson).items():
        for theme, ending in ((LIGHT, ""), (DARK, "-dark")):
            with rc_context(theme.settings):
                file = target / f"{name}{ending}.png"
                drawn = BytesIO()
                make(theme).savefig(drawn, dpi=110)
                Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
                files.append(file)
    return files


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        draw(Path(argument), Path(argument) / "pictures")
