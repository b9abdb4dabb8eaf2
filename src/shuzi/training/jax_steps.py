"""Training steps on JAX: one compiled scan over a chunk of batches on a GPU, one call for each batch on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from shuzi.synthesis.examples import Examples
from shuzi.training.steps import Steps


class JaxSteps(Steps):
    """Training steps in JAX, over the state of a Keras network and optimizer."""

    def hold(self, dataset: Examples) -> None:
        """Copy examples to JAX's memory."""
        self._held = jnp.asarray(dataset.images), jnp.asarray(dataset.labels)

    def _compile(self, dataset: Examples) -> None:  # noqa: ARG002 - JAX compiles for the shapes that it is given
        # on a CPU, XLA's convolutions are many times slower inside a loop
        self._run: Callable[[Any, Any, Any], Any]
        if jax.default_backend() == "cpu":
            self._run = partial(_one_by_one, jax.jit(self._step))
        else:
            self._run = jax.jit(lambda held, state, chunk: jax.lax.scan(partial(self._step, held), state, chunk))
        self._answer = jax.jit(
            lambda learnt, fixed, images: self.model.stateless_call(
                learnt, fixed, self._task.as_input(images.astype(jnp.float32))
            )[0]
        )

    def _take(self, batches: NDArray[np.int32], choices: NDArray[np.float32]) -> tuple[Any, Any]:
        kept = (self._learner.trainable_variables, self._learner.non_trainable_variables, self._optimizer.variables)
        state = tuple([variable.value for variable in group] for group in kept)
        state, (losses, accuracies) = self._run(self._held, state, (jnp.asarray(batches), jnp.asarray(choices)))
        for group, values in zip(kept, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return losses, accuracies

    def _predict(self, images: NDArray[np.uint8]) -> Any:
        learnt = [variable.value for variable in self.model.trainable_variables]
        fixed = [variable.value for variable in self.model.non_trainable_variables]
        return self._answer(learnt, fixed, jnp.asarray(images))

    def _step(self, held: tuple[Any, Any], state: Any, chunk: Any) -> tuple[Any, Any]:
        learnt, fixed, optimizer = state
        losses, correct, gradients = [], [], []
        for batch, choices in self._pieces(*chunk):
            (loss, (right, fixed)), gradient = jax.value_and_grad(self._tower, has_aux=True)(
                learnt, fixed, held, batch, choices
            )
            losses.append(loss)
            correct.append(right)
            gradients.append(gradient)
        factor = 1 / len(losses) if self._recipe.loss == "mean" else 1.0
        total = jax.tree.map(lambda *towers: sum(towers) * factor, *gradients)
        learnt, optimizer = self._optimizer.stateless_apply(optimizer, total, learnt)
        return (learnt, fixed, optimizer), (sum(losses) * factor, sum(correct) / self._recipe.batch_size)

    def _tower(
        self, learnt: Any, fixed: Any, held: tuple[Any, Any], batch: Any, choices: Any
    ) -> tuple[Any, tuple[Any, Any]]:
        images, labels = self._batch(held[0][batch], choices), held[1][batch]
        y, fixed = self._learner.stateless_call(learnt, fixed, images, training=True)
        return self._task.loss(self._recipe, labels, y), (jnp.sum(self._task.correct(labels, y)), fixed)


def _one_by_one(step: Any, held: Any, state: Any, chunk: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
    """Do what `jax.lax.scan` does, with one call for each batch."""
    collected = []
    for batch in zip(*chunk, strict=True):
        state, metrics = step(held, state, batch)
        collected.append(metrics)
    losses, accuracies = (jnp.stack(metrics) for metrics in zip(*collected, strict=True))
    return state, (losses, accuracies)
