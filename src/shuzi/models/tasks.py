"""The tasks of models: each task's name, and the inputs and outputs of a model for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, get_args

from pydantic import Field

from shuzi.declared import Number, Text, expected

CLASSIFY = "classify"
"""Which digit an image holds."""

CLASSIFY_OR_REJECT = "classify-or-reject"
"""Which digit an image holds, and whether it holds one at all."""

DETECT = "detect"
"""Where the digits are on a page."""

DETECT_LINES = "detect-lines"
"""Where the lines of writing are on a picture."""

RECOGNISE_LINE = "recognise-line"
"""The text of a whole line: digits, marks, and placeholders for other signs."""

ModelKind = Literal["classifier", "detector", "line detector", "line recogniser"]
CLASSIFIER, DETECTOR, LINE_DETECTOR, RECOGNISER = get_args(ModelKind)
"""The kinds of models that a person can choose."""

Mark = Literal[".", ",", "-", "/", ":"]
DIGITS, MARKS, SIGN = "0123456789", "".join(get_args(Mark)), "?"
"""The classes of a line recogniser: digits, marks, and "?" for any other sign."""

CLASSES = f"{DIGITS}{MARKS}{SIGN}"
"""These classes in the order of the outputs; the blank comes last."""

FEATURES = "features"
"""An optional extra output of any task: the last hidden layer, (n, k)."""


_Side = Annotated[int, Field(strict=True, gt=0)]


@dataclass(frozen=True)
class Tensor:
    """An input or output of a model."""

    name: Text  # its name in the .onnx file
    # each dimension is a number, or a name if it is variable; "n" is the batch
    shape: Annotated[tuple[_Side | Text, ...], expected("expected.shape")]
    dtype: Text = "float32"  # the type of its values
    layout: Text = ""  # what the dimensions mean: N batch, H height, W width, C channels
    # the smallest and the largest value; None if unbounded
    range: Annotated[tuple[Number, Number] | None, expected("expected.pair")] = None

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype} ({', '.join(map(str, self.shape))})"


@dataclass(frozen=True)
class Interface:
    """The inputs and outputs of a model for a task."""

    kind: str  # CLASSIFIER, DETECTOR, LINE_DETECTOR or RECOGNISER
    input: Tensor  # the images
    outputs: tuple[Tensor, ...]  # the outputs, in this order; FEATURES may follow
    classes: tuple[str, ...] = tuple(DIGITS)  # the class names, in the order of the outputs


_IMAGES = Tensor("images", ("n", 28, 28), layout="NHW", range=(0, 255))  # background 0, ink 255
_PROBABILITIES = Tensor("probabilities", ("n", 10), layout="NC", range=(0, 1))
_IS_DIGIT = Tensor("is_digit", ("n", 1), layout="NC", range=(0, 1))
_PAGES = replace(_IMAGES, shape=("n", "h", "w"))  # contrast maps, paper 64, ink 192; h and w divisible by 8
_MAPS = Tensor("places", ("n", "h/4", "w/4", 14), layout="NHWC")
_PICTURES = replace(_IMAGES, shape=("n", "h", "w"))  # grey, as they are; h and w divisible by 32
_LINES = Tensor("lines", ("n", "h/4", "w/4", 3), layout="NHWC")
_STRIPS = replace(_IMAGES, shape=("n", 48, "w"))  # contrast maps of one line each; w divisible by 4
_COLUMNS = Tensor("log_probabilities", ("n", "w/4", len(CLASSES) + 1), layout="NWC")  # blank last

TASKS: Mapping[str, Interface] = {
    CLASSIFY: Interface(CLASSIFIER, _IMAGES, (_PROBABILITIES,)),
    CLASSIFY_OR_REJECT: Interface(CLASSIFIER, _IMAGES, (_PROBABILITIES, _IS_DIGIT)),
    # ten probabilities of a digit's centre; dx, dy, log width, log height in cells of 4x4 pixels
    DETECT: Interface(DETECTOR, _PAGES, (_MAPS,)),
    # the probability of a line's core, doublings of a digit's height from 16 pixels, the probability of printed lines
    DETECT_LINES: Interface(LINE_DETECTOR, _PICTURES, (_LINES,)),
    RECOGNISE_LINE: Interface(RECOGNISER, _STRIPS, (_COLUMNS,), tuple(CLASSES)),
}


def features(size: int) -> Tensor:
    """Return the output tensor for a last hidden layer of `size` neurons."""
    return Tensor(FEATURES, ("n", size), layout="NC")
