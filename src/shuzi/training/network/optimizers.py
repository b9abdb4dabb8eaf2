"""The optimizers: plain gradient descent, Adam and Muon."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from shuzi.training.network.schedules import OneCycle
from shuzi.training.recipe import Recipe

ADAM_S_EPSILON = 1e-8
LAST_LAYERS = ("output", "is_digit", "scores", "boxes")
"""Prefixes of the names of the last layers with weights, which turn features into answers."""


class Muon(keras.optimizers.Muon):  # type: ignore[misc] # Keras publishes no types
    """Muon (Jordan et al., 2024), for convolution kernels too.

    Muon steps equally far along all directions of a matrix, so that rare directions are learnt as quickly as common
    ones. Keras's own Muon leaves four-dimensional kernels to Adam; here each is flattened to a matrix. Both leave the
    last layers, and everything that is not a matrix, to Adam.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        if len(variable.shape) != 4:
            return bool(super()._should_use_adamw(variable))
        last = any(name in variable.path for name in self.exclude_layers)
        return last or variable.shape[2] == 1  # the first convolution, which has a single input channel

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign_add(m, (gradient - m) * (1 - self.momentum))
        direction = gradient + (m - gradient) * self.momentum if self.nesterov else m
        matrix = ops.reshape(direction, (-1, direction.shape[-1]))
        step = self.lr_adjust(self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, lr * ops.reshape(step, variable.shape))


def build_optimizer(recipe: Recipe) -> Any:
    """Build the optimizer of a recipe."""
    rate: Any = recipe.learning_rate
    if recipe.schedule == "one-cycle":
        rate = OneCycle(recipe.learning_rate, recipe.steps, recipe.warm_up)
    # the name is part of the checkpoint, and Keras would number the second optimizer of a process
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(rate, name=recipe.optimizer)
    if recipe.optimizer == "muon":
        return Muon(
            rate,
            adam_beta_1=recipe.beta_1,
            adam_beta_2=recipe.beta_2,
            adam_weight_decay=None,
            weight_decay=None,
            epsilon=ADAM_S_EPSILON,
            exclude_layers=list(LAST_LAYERS),
            name=recipe.optimizer,
        )
    return keras.optimizers.Adam(
        rate, beta_1=recipe.beta_1, beta_2=recipe.beta_2, epsilon=ADAM_S_EPSILON, name=recipe.optimizer
    )
