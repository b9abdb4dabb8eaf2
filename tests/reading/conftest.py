"""What a line recogniser might say, made by hand."""

import numpy as np
import pytest

from shuzi.models.tasks import CLASSES

BLANK = len(CLASSES)


@pytest.fixture
def columns():
    """Return a maker of log probabilities: a character for each column, "_" for the blank, others as told."""

    def made(characters, doubts=None, sure=0.96):
        classes = [BLANK if each == "_" else CLASSES.index(each) for each in characters]
        chances = np.full((len(classes), BLANK + 1), (1 - sure) / BLANK)
        chances[np.arange(len(classes)), classes] = sure
        for place, others in (doubts or {}).items():
            for character, chance in others.items():
                chances[place, CLASSES.index(character)] = chance
        return np.log(chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)

    return made
