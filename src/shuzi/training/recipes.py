"""The recipes that come with shuzi, by name: each is a file in the folder `recipes`; and the data that one needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuzi.errors import RecipeError
from shuzi.processes.cores import multiplies_bfloat16
from shuzi.training.recipe import Recipe

if TYPE_CHECKING:
    from shuzi.data.dataset import Splits

FOLDER = Path(__file__).with_name("recipes")
"""The folder of the recipes' files, which have the format of a run folder's `recipe.toml`."""

NAMES = (
    *("softmax", "mlp", "fast", "cnn"),
    *("reader", "reader-mnist", "reader-own", "detector", "line-detector", "line", "line-strokes"),
    *("best", "tiny"),
)
"""The files, in the order in which they are listed."""


def _load(name: str) -> Recipe:
    loaded = Recipe.load(FOLDER / f"{name}.toml")
    # as accurate in either: `fast` takes 2.6 times as long where bfloat16 is emulated
    return loaded if multiplies_bfloat16() else loaded.changed(precision="float32")


RECIPES: Mapping[str, Recipe] = {name: _load(name) for name in NAMES}
"""All recipes, by name."""


def recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    RecipeError
        The name is unknown; the error lists the known ones.

    Examples
    --------
    >>> recipe("softmax").learning_rate
    0.001
    """
    if name not in RECIPES:
        raise RecipeError("error.recipe.unknown", name=name, known=", ".join(RECIPES))
    return RECIPES[name]


@dataclass(frozen=True)
class Handwriting:
    """Where the handwriting is that does not come with shuzi; None: where its environment variable says.

    Parameters
    ----------
    strokes, registers, pages
        Pen strokes, cells of registers, and pages with known lines.
    """

    strokes: Path | None = None
    registers: Path | None = None
    pages: Path | None = None

    def resolved(self) -> Handwriting:
        """Return the absolute paths, for processes in other folders."""
        paths = (self.strokes, self.registers, self.pages)
        return Handwriting(*(None if path is None else path.resolve() for path in paths))


def with_handwriting(chosen: Recipe, data: Splits, handwriting: Handwriting) -> Splits:
    """Add the pen strokes, cells of registers and pages that a recipe needs.

    Raises
    ------
    DataError
        They are missing or damaged.
    """
    if not chosen.needs_strokes:
        return data
    from shuzi.data.strokes import load_strokes

    data = data.with_strokes(load_strokes(handwriting.strokes))
    if chosen.needs_pages:
        from shuzi.data.page_lines import load_page_lines

        return data.with_pages(load_page_lines(handwriting.pages))
    if not chosen.needs_registers:
        return data
    from shuzi.data.registers import load_cells

    return data.with_cells(load_cells(handwriting.registers))
