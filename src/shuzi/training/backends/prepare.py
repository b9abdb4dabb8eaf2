"""A recipe and samples become the steps of the backend that Keras runs on."""

from __future__ import annotations

import keras

from shuzi.errors import RecipeError
from shuzi.synthesis.samples.examples import Examples
from shuzi.training.backends.steps import Steps
from shuzi.training.recipe import Recipe


def prepare(recipe: Recipe, dataset: Examples) -> Steps:
    """Build the steps for the backend that Keras runs on.

    Raises
    ------
    RecipeError
        There are no steps for that backend.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from shuzi.training.backends.tensorflow_steps import TensorFlowSteps

        return TensorFlowSteps(recipe, dataset)
    if backend == "jax":
        from shuzi.training.backends.jax_steps import JaxSteps

        return JaxSteps(recipe, dataset)
    raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices="tensorflow, jax")
