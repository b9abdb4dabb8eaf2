"""Draws a lesson's figures, in each language, for light and for dark pages.

    python tools/course/figures.py course/01-line

Each function of the lesson's draw.py takes a theme and returns a figure, which becomes pictures/NAME-en.png,
pictures/NAME-en-dark.png and the same in Chinese (which needs the font Noto Sans CJK SC). A generator yields the
figures of a loop, which becomes an animated NAME-en.webp and so on, shown where a reader asks for it, and beside it
NAME-still-en.png: its first, middle and last moment, for whoever wants nothing to move.
Colours are those of the page: web/src/styles/tokens.css.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

_FRAME = 700  # milliseconds a frame of a loop is shown
_LAST = 1800  # and its last frame, before the loop restarts
_DOTS = 110  # dots per inch


@dataclass(frozen=True)
class Theme:
    """The colours of the page, of text and axes, of the background, and three accents."""

    page: str
    text: str
    faint: str
    accent: str
    """For evidence in favour, the answer, and the thing followed."""
    second: str
    """For evidence against, errors, and values passed back."""
    third: str
    ink: str
    """A colour map for pixels, from paper to ink."""
    language: str = "en"

    def say(self, en: str, zh: str) -> str:
        """Choose the words in the language of the figure."""
        return zh if self.language == "zh" else en

    @property
    def signs(self) -> Colormap:
        """A colour map from against (brown) to for (blue)."""
        return LinearSegmentedColormap.from_list("signs", (self.second, self.page, self.accent))

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
            "axes.titlesize": "medium",
            "legend.frameon": False,
            "figure.constrained_layout.use": True,
            "font.family": ["DejaVu Sans", "Noto Sans CJK SC"],
        }


LIGHT = Theme("#ffffff", "#1d1c1a", "#d6d3d1", "#2a4d9b", "#94500c", "#15803d", "Greys")
DARK = Theme("#1e2129", "#edebe6", "#57534e", "#93b4f5", "#e7ae6a", "#4ade80", "gray")

Drawing = Callable[[Theme], Figure | Iterator[Figure]]


def picture(cell: Axes, pixels: object, theme: Theme, **options: object) -> None:
    """Show an image in a cell with a faint frame and no ticks."""
    cell.imshow(pixels, **({"cmap": theme.ink} | options))  # type: ignore[arg-type]
    cell.set(xticks=[], yticks=[])
    cell.spines[:].set(visible=True, color=theme.faint)


def bars(cell: Axes, probabilities: object, theme: Theme, right: int | None = None) -> None:
    """Show ten probabilities with named axes; the answer is blue, or brown where it is not the right one."""
    tall = list(probabilities)  # type: ignore[call-overload]
    answer = tall.index(max(tall))
    colour = theme.accent if right in (None, answer) else theme.second
    cell.bar(range(10), tall, color=[colour if digit == answer else theme.faint for digit in range(10)])
    cell.set(ylim=(0, 1), xticks=range(10), xlabel=theme.say("digit", "数字"))
    cell.set_ylabel(theme.say("probability", "概率"))


def drawings(lesson: Path) -> dict[str, Drawing]:
    """Return the functions of a lesson's draw.py by the names of their pictures."""
    description = importlib.util.spec_from_file_location(f"draw_{lesson.name}", lesson / "draw.py")
    module = importlib.util.module_from_spec(description)  # type: ignore[arg-type]
    description.loader.exec_module(module)  # type: ignore[union-attr]
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        name.replace("_", "-"): each for name, each in found if each.__module__ == module.__name__ and name[0] != "_"
    }


def files(name: str, make: Drawing, kind: str) -> list[str]:
    """Return the names of a drawing's pictures of one kind, such as "zh-dark": a loop has a still one beside it."""
    if inspect.isgeneratorfunction(make):
        return [f"{name}-{kind}.webp", f"{name}-still-{kind}.png"]
    return [f"{name}-{kind}.png"]


def draw(lesson: Path, target: Path) -> list[Path]:
    """Draw all figures of a lesson into a folder and return their files."""
    target.mkdir(exist_ok=True)
    written = []
    for name, make in drawings(lesson).items():
        for base, shade in ((LIGHT, ""), (DARK, "-dark")):
            for language in ("en", "zh"):
                theme = replace(base, language=language)
                with rc_context(theme.settings):
                    paths = [target / file for file in files(name, make, f"{language}{shade}")]
                    drawn = make(theme)
                    frames = [_pixels(each) for each in ([drawn] if isinstance(drawn, Figure) else drawn)]
                    if len(paths) == 2:
                        _save_loop(frames, paths[0])
                    moments = (0, len(frames) // 2, -1)[: 2 * len(paths) - 1]  # a still picture has one
                    still = _beside([frames[moment] for moment in moments])
                    still.quantize(256, dither=Image.Dither.NONE).save(paths[-1], optimize=True)
                    written += paths
    return written


def _pixels(figure: Figure) -> Image.Image:
    drawn = BytesIO()
    figure.savefig(drawn, dpi=_DOTS)
    return Image.open(drawn).convert("RGB")


def _save_loop(frames: list[Image.Image], file: Path) -> None:
    shown = [_FRAME] * (len(frames) - 1) + [_LAST]
    frames[0].save(
        file, save_all=True, append_images=frames[1:], duration=shown, loop=0, quality=70, minimize_size=True
    )


def _beside(moments: list[Image.Image]) -> Image.Image:
    """Put pictures of one size next to each other, or, if they are wide, below each other."""
    width, height = moments[0].size
    right, down = (0, height) if width > height else (width, 0)
    last = len(moments) - 1
    whole = Image.new("RGB", (width + last * right, height + last * down))
    for index, moment in enumerate(moments):
        whole.paste(moment, (index * right, index * down))
    return whole


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        draw(Path(argument), Path(argument) / "pictures")
