"""Learning rate schedules."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

FIRST_RATE, LAST_RATE = 0.1, 0.01  # fractions of the highest rate


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc] # Keras publishes no types
    """Linear warm-up to the highest rate, then a decay along half a cosine (after Smith, 2018).

    Parameters
    ----------
    highest
        The peak learning rate.
    steps
        The number of training steps.
    warm_up
        The fraction of the steps in which the rate rises.
    """

    def __init__(self, highest: float, steps: int, warm_up: float) -> None:
        self.highest, self.steps, self.warm_up = highest, steps, warm_up

    def __call__(self, step: Any) -> Any:
        """Return the learning rate for a step."""
        progress = (ops.cast(step, "float32") + 0.5) / self.steps
        rising = FIRST_RATE + (1 - FIRST_RATE) * progress / self.warm_up
        fallen = ops.clip((progress - self.warm_up) / (1 - self.warm_up), 0, 1)
        falling = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + ops.cos(math.pi * fallen))
        return self.highest * ops.where(progress < self.warm_up, rising, falling)

    def get_config(self) -> dict[str, float]:
        """Return the schedule's settings."""
        return {"highest": self.highest, "steps": self.steps, "warm_up": self.warm_up}
