"""A finished run, if it passes all checks, becomes a shipped model: src/shuzi/models/NAME.onnx.

    python tools/ship.py runs/models/detector detector
    python tools/ship.py runs/models/default.onnx default
    python tools/ship.py runs/models/tiny tiny

Nothing is measured or fitted here: `shuzi evaluate RUN --keep` stores the score on the 10,000 test images in the
card, and `shuzi models calibrate RUN --detector …` the calibration of whole texts. `make models` does all of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import shuzi
from shuzi.atomic import replacing
from shuzi.data.collection import COLLECTIONS
from shuzi.errors import ShuziError
from shuzi.models.card import MNIST, MODEL, Card, Score
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.session import checked_content
from shuzi.models.store import DEFAULT, DETECTOR, DISPLAY, LINE, LINE_DETECTOR, PARTNERS, SHIPPED, find_model
from shuzi.models.tasks import CLASSIFIER, RECOGNISER
from shuzi.models.tasks import DETECTOR as FINDS_DIGITS
from shuzi.models.tasks import LINE_DETECTOR as FINDS_LINES

_KINDS = {DETECTOR: FINDS_DIGITS, LINE_DETECTOR: FINDS_LINES, LINE: RECOGNISER, DISPLAY: RECOGNISER}
_SOURCES = {MNIST, MODEL, *(collection.name for collection in COLLECTIONS)}
_NAMES = {DEFAULT, *PARTNERS, "tiny", "softmax"}


def ship(run: Path, name: str, folder: Path) -> str:
    """Check a model and copy it into the folder, byte for byte.

    Parameters
    ----------
    run
        The run folder, or an .onnx file.
    name
        The model's name; PARTNERS are those that reading uses with it.
    folder
        The folder of shipped models.

    Returns
    -------
    The model and its score, in a line.

    Raises
    ------
    ValueError
        No model ships under that name, the model is not reproducible, its name belongs to another kind, its score or
        calibration is missing, or its actual score differs from the card.
    """
    if name not in _NAMES:
        raise ValueError(f"{name!r} is not one of {', '.join(sorted(_NAMES))}")
    path = find_model(run)
    content = checked_content(path)
    card = read_card(content, path)
    if not card.command or not {source.name.split(" ")[0] for source in card.data} <= _SOURCES:
        raise ValueError(f"{run} was not made from data that anyone can get, by a command that anyone can type")
    if card.kind != _KINDS.get(name, CLASSIFIER):
        raise ValueError(f"{run} holds a {card.kind}, which cannot be called {name}")
    if card.kind == CLASSIFIER:
        _check_score(run, path, card)
    if name == DEFAULT:
        _check_calibration(run, card, folder)
    with replacing(folder / f"{name}.onnx") as part:
        part.write_bytes(content)
    scores = [f"{part} {score['accuracy']:.2%} of {score['n']}" for part, score in card.scores.items()]
    return f"{name}: {card.command}, {', '.join(scores)}, SHA-256 of the weights {card.weights}"


def _check_score(run: Path, path: Path, card: Card) -> None:
    """Compare the card's score on the test images with the file's actual answers."""
    if "test" not in card.scores:
        raise ValueError(f"the card lacks the score on the test images: shuzi evaluate {run} --keep")
    test = shuzi.load_mnist().test
    answers = shuzi.load(path).classify(test.images).argmax(axis=1)
    if card.scores["test"] != Score(int(np.sum(answers == test.labels)), len(test)).as_dict():
        raise ValueError(f"{path} does not score what its card says: shuzi evaluate {run} --keep")


def _check_calibration(run: Path, card: Card, folder: Path) -> None:
    """Reject a reader that was not calibrated with the shipped detector and line recogniser."""
    partners = {}
    for name in (DETECTOR, LINE):  # what `shuzi models calibrate` names
        path = folder / f"{name}.onnx"
        if not path.is_file():
            raise ValueError(f"the {name} comes first: make ship RUN=… NAME={name}")
        partners[name] = read_card(read_content(path), path).weights
    if card.calibration is None or card.calibration.partners != partners:
        raise ValueError(
            f"calibrate it with the models that ship: shuzi models calibrate {run} --detector … --line …"
        )


def main() -> None:
    """Ship the run named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    given = parser.parse_args()
    try:
        print(ship(given.run, given.name, SHIPPED))
    except (ValueError, OSError, ShuziError) as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()
