"""A trained model's weights become the initial weights of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shuzi.errors import ModelError
from shuzi.models.card import Card
from shuzi.models.onnx_file import read_card
from shuzi.models.session import checked_content
from shuzi.training.export.onnx_graph import mismatch, read_weights
from shuzi.training.network.architectures import build
from shuzi.training.recipe import Recipe
from shuzi.training.temperature import write_temperature


def check_start(path: Path, recipe: Recipe) -> None:
    """Reject a model whose weights do not fit the recipe's network.

    Raises
    ------
    ModelError
        Their names or shapes differ, or the file is not a valid model.
    """
    card_of_start(path)
    name = mismatch(path, build(recipe))
    if name is not None:
        raise ModelError("error.model.start", path=path, recipe=recipe.name, name=name)


def card_of_start(path: Path) -> Card:
    """Read the card of the model that a training starts from."""
    card = read_card(checked_content(path), path)
    card.check_usable(path)
    return card


def start_from(path: Path, network: Any) -> None:
    """Load a model's weights into a network, undoing the division of the last layer by a temperature."""
    card = card_of_start(path)
    read_weights(path, network)
    write_temperature(network, 1 / card.temperature)
