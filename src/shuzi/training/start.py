"""A model that was trained before becomes the weights that a training starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shuzi.errors import ModelError
from shuzi.models.card import Card
from shuzi.models.onnx_file import read_card
from shuzi.models.trial import sound_content
from shuzi.training.export.onnx_graph import misfit, read_weights
from shuzi.training.network.architectures import build
from shuzi.training.recipe import Recipe
from shuzi.training.temperature import write_temperature


def check_start(path: Path, recipe: Recipe) -> None:
    """Refuse a model whose weights are not those of the recipe's network.

    Raises
    ------
    ModelError
        They have other names or shapes, or the file is no sound model.
    """
    card_of_start(path)
    name = misfit(path, build(recipe))
    if name is not None:
        raise ModelError("error.model.start", path=path, recipe=recipe.name, name=name)


def card_of_start(path: Path) -> Card:
    """Read the card of a model that a training starts from."""
    card = read_card(sound_content(path), path)
    card.check_usable(path)
    return card


def start_from(path: Path, network: Any) -> None:
    """Put a model's weights into a network, as they were before a temperature divided the last ones."""
    card = card_of_start(path)
    read_weights(path, network)
    write_temperature(network, 1 / card.temperature)
