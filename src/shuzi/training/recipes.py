"""The recipes that come with shuzi, by name: each is a file in the folder `recipes`; and the data that one needs."""

from __future__ import annotations

from collections.abc import Mapping
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
    *("reader", "reader-mnist", "reader-own", "detector", "line", "line-strokes"),
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


def with_handwriting(chosen: Recipe, data: Splits, strokes: Path | None, registers: Path | None) -> Splits:
    """Add the pen strokes and cells of registers that a recipe needs; paths as for `load_strokes` and `load_cells`.

    Raises
    ------
    DataError
        They are missing or damaged.
    """
    if not chosen.needs_strokes:
        return data
    from shuzi.data.strokes import load_strokes

    data = data.with_strokes(load_strokes(strokes))
    if not chosen.needs_registers:
        return data
    from shuzi.data.registers import load_cells

    return data.with_cells(load_cells(registers))
