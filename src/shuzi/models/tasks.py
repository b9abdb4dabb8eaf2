"""What models can do: each task's name, and what a model that does it takes in and gives out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

CLASSIFY = "classify"
"""Which digit an image holds."""

CLASSIFY_OR_REJECT = "classify-or-reject"
"""Which digit an image holds, and whether it holds one at all."""

DETECT = "detect"
"""Where on a page there are digits."""

RECOGNISE_LINE = "recognise-line"
"""What a whole line says: digits, marks, and where other signs stand."""

CLASSIFIER, DETECTOR, RECOGNISER = "classifier", "detector", "line recogniser"
"""The kinds of models: what a person chooses among."""

DIGITS, MARKS, SIGN = "0123456789", ".,-/:", "?"
"""What a line recogniser tells apart: digits, marks, and any other sign, all of which it calls "?"."""

CLASSES = f"{DIGITS}{MARKS}{SIGN}"
"""All of that in the order of its outputs; nothing comes after them."""

FEATURES = "features"
"""An output that a model may have beside those of its task: its last hidden layer, (n, k)."""


@dataclass(frozen=True)
class Tensor:
    """What goes in or comes out.

    Parameters
    ----------
    name
        As the .onnx calls it.
    shape
        Each side a number, or a name where it is open; "n" is the batch.
    dtype
        Of its numbers.
    layout
        What the sides are: N batch, H height, W width, C channels.
    range
        The least and the largest number; None where any may be.

    Examples
    --------
    >>> print(Tensor("features", ("n", 384), layout="NC"))
    features: float32 (n, 384)
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str = "float32"
    layout: str = ""
    range: tuple[float, float] | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype} ({', '.join(map(str, self.shape))})"

    def fits(self, shape: tuple[int | str | None, ...]) -> bool:
        """Tell whether a shape has as many sides, and all of those that are numbers here.

        >>> [TASKS[DETECT].input.fits(shape) for shape in ((1, 64, 160), ("n", "h", "w"), (1, 28))]
        [True, True, False]
        """
        if len(shape) != len(self.shape):
            return False
        return all(isinstance(mine, str) or mine == other for mine, other in zip(self.shape, shape, strict=True))


@dataclass(frozen=True)
class Interface:
    """What a model of a task takes in and gives out.

    Parameters
    ----------
    kind
        CLASSIFIER, DETECTOR or RECOGNISER.
    input
        The pixels.
    outputs
        What comes out, in this order; FEATURES may follow.
    classes
        What is told apart, in the order of the numbers that come out.
    """

    kind: str
    input: Tensor
    outputs: tuple[Tensor, ...]
    classes: tuple[str, ...] = tuple(DIGITS)


_IMAGES = Tensor("images", ("n", 28, 28), layout="NHW", range=(0, 255))  # background 0, ink 255
_PROBABILITIES = Tensor("probabilities", ("n", 10), layout="NC", range=(0, 1))
_IS_DIGIT = Tensor("is_digit", ("n", 1), layout="NC", range=(0, 1))
_PAGES = replace(_IMAGES, shape=("n", "h", "w"))  # contrast maps, paper 64, ink 192; h and w divisible by 8
_PLACES = Tensor("places", ("n", "h/4", "w/4", 14), layout="NHWC")
_STRIPS = replace(_IMAGES, shape=("n", 48, "w"))  # one line of a contrast map each; w divisible by 4
_COLUMNS = Tensor("log_probabilities", ("n", "w/4", len(CLASSES) + 1), layout="NWC")  # of nothing last

TASKS: Mapping[str, Interface] = {
    CLASSIFY: Interface(CLASSIFIER, _IMAGES, (_PROBABILITIES,)),
    CLASSIFY_OR_REJECT: Interface(CLASSIFIER, _IMAGES, (_PROBABILITIES, _IS_DIGIT)),
    # ten probabilities of a digit's middle; dx, dy, log width, log height in places of 4x4 pixels
    DETECT: Interface(DETECTOR, _PAGES, (_PLACES,)),
    RECOGNISE_LINE: Interface(RECOGNISER, _STRIPS, (_COLUMNS,), tuple(CLASSES)),
}


def features(size: int) -> Tensor:
    """Return what a model's last hidden layer of `size` neurons is as an output."""
    return Tensor(FEATURES, ("n", size), layout="NC")
