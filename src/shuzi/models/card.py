"""A model's card: what goes in, what comes out, how it was made and what it scored; kept inside the .onnx."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from shuzi.data.strokes import CITATION
from shuzi.errors import ModelError
from shuzi.ink import normalize

FORMAT = 1
"""The card's own version. A loader refuses one that it does not know."""

METADATA_KEY = "shuzi.card"
INPUT = "images: float32 (n, 28, 28), background 0, ink 255"
OUTPUT = "probabilities: float32 (n, 10)"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
"""The libraries on which Keras trains here, by the names that Keras has for them."""

PROBABILITIES_AND_MORE = (
    "probabilities: float32 (n, 10); is_digit: float32 (n, 1), the probability that it is a digit"
)
OF_PAGES = "images: float32 (n, h, w), a contrast map, paper 64, ink 192; h and w divisible by 8"
OF_PAGES_IN_KERAS = OF_PAGES.replace("(n, h, w)", "(n, h, w, 1)")
PLACES = (
    "places: float32 (n, h/4, w/4, 14): probabilities of a digit's middle; dx, dy, log width, log height in places"
)
CLASSES = "0123456789.,-/:?"
"""What a line recogniser tells apart: digits, marks, and "?" for any other sign; nothing comes after them."""

OF_STRIPS = "images: float32 (n, 48, w), one line of a contrast map each, paper 64, ink 192; w divisible by 4"
OF_STRIPS_IN_KERAS = OF_STRIPS.replace("(n, 48, w)", "(n, 48, w, 1)")
COLUMNS = f"log_probabilities: float32 (n, w/4, 17): of {' '.join(CLASSES)} (? is any other sign) and of nothing"
CLASSIFIER, DETECTOR, RECOGNISER = "classifier", "detector", "line recogniser"
"""The kinds of models: which digit an image holds, where on a page there are digits, what a whole line says."""

_KINDS = {OUTPUT: CLASSIFIER, PROBABILITIES_AND_MORE: CLASSIFIER, PLACES: DETECTOR, COLUMNS: RECOGNISER}

OF_OWN_PICTURES = "as whoever made the pictures decides"
OF_MNIST = "Apache-2.0; learnt from MNIST (CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher J.C. Burges)"

OF_STROKES = f"{OF_MNIST}; and from pen strokes: {CITATION}"
"""The licence of what has learnt from both."""


@dataclass(frozen=True)
class Card:
    """What a model says of itself.

    Parameters
    ----------
    name
        The recipe's name, such as "softmax".
    recipe
        Everything that is needed to train it again, as in `recipe.toml`.
    command
        What to type to train it again; "" when no command can, since a value was changed that is no option.
    parameters
        How many numbers were learnt.
    data
        The SHA-256 of each array it learnt from, as an uncompressed IDX file.
    scores
        What was measured, such as ``{"test": {"accuracy": 0.9131, "n": 10000, "interval": [0.9074, 0.9185]}}``; for
        a detector, the share of the digits on n pages that it finds.
    versions
        The libraries it was trained with.
    temperature
        What the scores were divided by to make the confidence honest; it is part of the weights.
    thresholds
        ``{"unsure": c}``: with a confidence below c, an answer is not to be trusted. ``{"not-a-digit": p}``: with an
        ``is_digit`` below p, what the image holds is taken for no digit. A detector has none.
    """

    name: str
    recipe: Mapping[str, Any]
    command: str
    parameters: int
    data: Mapping[str, str]
    scores: Mapping[str, Any]
    versions: Mapping[str, str]
    temperature: float
    thresholds: Mapping[str, float]
    input: str = INPUT
    output: str = OUTPUT
    normalization: int = normalize.VERSION
    licence: str = OF_MNIST
    format: int = FORMAT

    @property
    def kind(self) -> str:
        """What the model does, CLASSIFIER, DETECTOR or RECOGNISER, as its output says.

        >>> Card("detector", {}, "", 0, {}, {}, {}, 1.0, {}, output=PLACES).kind
        'detector'
        """
        return _KINDS[self.output]

    @property
    def backend(self) -> str:
        """The library that trained it, with its version, such as "TensorFlow 2.21.0"; "" when the card names none."""
        return next((f"{BACKENDS[name]} {each}" for name, each in self.versions.items() if name in BACKENDS), "")

    def to_json(self, indent: int | None = None) -> str:
        """Write the card as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=indent)

    @staticmethod
    def from_json(text: str, path: object) -> Card:
        """Read a card, refusing what is not understood.

        Raises
        ------
        ModelError
            It is no card, of another format, for another way of preparing images, or of a model that gives out
            something else than is known here.

        Examples
        --------
        >>> card = Card("softmax", {"steps": 2000}, "shuzi train", 7850, {}, {}, {}, 1.0, {})
        >>> Card.from_json(card.to_json(), "model.onnx") == card
        True
        """
        try:
            values = json.loads(text)
            found = values.get("format")
        except (ValueError, AttributeError) as problem:
            raise ModelError("error.model.no_card", path=path) from problem
        if found != FORMAT:
            raise ModelError("error.model.format", path=path, found=found, known=FORMAT)
        if values.get("normalization") != normalize.VERSION:
            known = normalize.VERSION
            raise ModelError("error.model.normalization", path=path, found=values.get("normalization"), known=known)
        if values.keys() != {field.name for field in fields(Card)}:
            raise ModelError("error.model.no_card", path=path)
        if values["output"] not in list(_KINDS):
            raise ModelError("error.model.output", path=path, found=values["output"])
        return Card(**values)
