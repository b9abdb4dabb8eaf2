"""The examples of each training step: examples kept in memory, in a new order each time, or a stream of new ones."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shuzi.data.dataset import order
from shuzi.synthesis.examples import Examples, Stream
from shuzi.training.backends.steps import Steps
from shuzi.training.recipe import Recipe

BLOCK = 32
"""The number of steps whose examples are composed as a block."""


class Feed(Protocol):
    """Decides which examples each step sees; a resumed run sees the same as an uninterrupted one."""

    examples: Examples
    """The examples that the steps are prepared for."""

    count: int
    """The number of different examples that the training sees."""

    def end(self, step: int) -> int:
        """Return the step before which new examples must be loaded."""

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:
        """Let the backend hold the examples of some steps; return their positions, int32 (steps, batch size)."""

    def close(self) -> None:
        """End the processes that compose examples, if there are any."""


class Kept:
    """Examples in memory, shuffled again in each epoch."""

    def __init__(self, recipe: Recipe, examples: Examples) -> None:
        self.examples, self.count, self._recipe = examples, len(examples), recipe

    def end(self, step: int) -> int:
        """Return the last step."""
        return max(step, self._recipe.steps)

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:  # noqa: ARG002 - they are all held
        """Return the positions of the examples."""
        size = self._recipe.batch_size
        return order(self.count, self._recipe.seed, start * size, stop * size).reshape(-1, size)

    def close(self) -> None:
        """Do nothing."""


class Streamed:
    """Examples composed during training."""

    def __init__(self, recipe: Recipe, stream: Stream, step: int) -> None:
        self._recipe, self._stream, self._block = recipe, stream, step // BLOCK
        self.count = recipe.steps * recipe.batch_size
        try:
            self.examples = stream.block(self._block)
        except BaseException:  # the caller cannot close an object whose constructor failed
            stream.close()
            raise

    def end(self, step: int) -> int:
        """Return the end of a block, or the last step."""
        return min((step // BLOCK + 1) * BLOCK, self._recipe.steps)

    def batches(self, steps: Steps, start: int, stop: int) -> NDArray[np.int32]:
        """Hold the block of the steps, and return positions in it, in the order in which they were composed."""
        block, size = start // BLOCK, self._recipe.batch_size
        if block != self._block:
            self._block = block
            steps.hold(self._stream.block(block))
        first = (start - block * BLOCK) * size
        return np.arange(first, first + (stop - start) * size, dtype=np.int32).reshape(-1, size)

    def close(self) -> None:
        """End the processes that compose."""
        self._stream.close()
