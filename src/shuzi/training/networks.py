"""Each network is a function that builds it from built-in Keras layers, so that Keras alone opens what is saved.

What goes in: images float32 (n, 28, 28), background 0, ink 255. What comes out: probabilities (n, 10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from shuzi.errors import RecipeError
from shuzi.training.recipes import Recipe


def softmax(recipe: Recipe) -> Any:
    """Build y = softmax(x·w + b), the smallest network that reads digits; w and b begin at zero."""
    images, x = _pixels()
    y = keras.layers.Dense(10, activation="softmax", kernel_initializer="zeros", name="output")(x)
    return keras.Model(images, y, name=recipe.name)


def mlp(recipe: Recipe) -> Any:
    """Build softmax with one hidden layer before it, whose neurons let through only what is above zero (ReLU)."""
    if recipe.hidden < 1:
        raise RecipeError("error.recipe.range", name="hidden", value=recipe.hidden, least=1, most="65536")
    images, x = _pixels()
    x = keras.layers.Dense(recipe.hidden, activation="relu", name="hidden")(x)
    y = keras.layers.Dense(10, activation="softmax", name="output")(x)
    return keras.Model(images, y, name=recipe.name)


NETWORKS: Mapping[str, Callable[[Recipe], Any]] = {"softmax": softmax, "mlp": mlp}


def build(recipe: Recipe) -> Any:
    """Build the network of a recipe; the seed decides its first weights.

    Raises
    ------
    RecipeError
        The recipe names no network that there is.
    """
    if recipe.network not in NETWORKS:
        raise RecipeError("error.recipe.choice", name="network", value=recipe.network, choices=", ".join(NETWORKS))
    keras.utils.set_random_seed(recipe.seed)
    return NETWORKS[recipe.network](recipe)


def _pixels() -> tuple[Any, Any]:
    images = keras.Input((28, 28), name="images")
    flat = keras.layers.Flatten(name="pixels")(images)
    return images, keras.layers.Rescaling(1 / 255, name="scale")(flat)
