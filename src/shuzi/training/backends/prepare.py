"""A recipe and examples become training steps for Keras's backend."""

from __future__ import annotations

import keras

from shuzi.errors import RecipeError
from shuzi.synthesis.examples import Examples
from shuzi.training.backends.steps import Steps
from shuzi.training.recipe import Recipe


def prepare(recipe: Recipe, dataset: Examples) -> Steps:
    """Build the training steps for Keras's backend.

    Raises
    ------
    RecipeError
        The backend is not supported.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from shuzi.training.backends.tensorflow_steps import TensorFlowSteps

        return TensorFlowSteps(recipe, dataset)
    if backend == "jax":
        from shuzi.training.backends.jax_steps import JaxSteps

        return JaxSteps(recipe, dataset)
    raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices="tensorflow, jax")
