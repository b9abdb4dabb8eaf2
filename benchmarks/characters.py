"""Single characters by writers held out from training: digits that are read, letters and signs that are rejected.

    python benchmarks/characters.py --strokes unipen.npz --model runs/…
    python benchmarks/characters.py --strokes unipen.npz --writers odd

Each sample is drawn with one pen on white paper and read twice: as a picture, by `shuzi.load(…).read`, and by the
classifier alone, at the threshold that 95 % of the same writers' digits pass. Even-numbered writers are for making
choices, the others for reporting. Characters that look like somebody else's digits, such as O and l, are counted
separately: alone, nobody could tell them apart.

Flat digits, whose labels are wrong, and samples whose label is not a single character are left out.
"""

from __future__ import annotations

import argparse
import string
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.strokes import Strokes, load_strokes
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import cut_out
from shuzi.ink.paper import ink_map
from shuzi.models.card import Score
from shuzi.models.onnx_file import read_card, read_content
from shuzi.models.store import DEFAULT, find_model
from shuzi.models.tasks import DIGITS
from shuzi.reading.classifier import Classifier
from shuzi.synthesis.crops import LOOK_ALIKES, SIGNS
from shuzi.synthesis.pen import Pen, written
from shuzi.synthesis.writers import trusted_samples

SIZE, PEN, MARGIN = 40, Pen(3.0), 20  # pixels: the longer side, the pen, and the paper around
PASSING = 0.95  # fraction of the digits


def picture(strokes: Strokes, place: int) -> NDArray[np.uint8]:
    """Draw a sample on white paper."""
    scale = SIZE / max(float(strokes.size[place].max()), 1e-3)
    ink, _, _ = written([stroke * np.float32(scale) for stroke in strokes.sample(place)], PEN)
    return np.asarray(255 - np.pad(ink, MARGIN) * 0.85, np.uint8)


def shares(flags: NDArray[np.bool_], groups: dict[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """Score each group of samples by how many are flagged."""
    return {name: Score(int(flags[each].sum()), int(each.sum())).as_dict() for name, each in groups.items()}


def by_classifier(
    model: Path, pictures: list[NDArray[np.uint8]], labels: NDArray[np.str_], groups: dict[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    """Run the classifier alone; a crop without ink is not a digit."""
    cuts = [cut_out(ink_map(grey), Box(0, 0, *grey.shape[::-1]).pixels()) for grey in pictures]
    empty = np.zeros((28, 28), np.uint8)
    probabilities, is_digit = Classifier(model).classify_or_reject(
        np.stack([empty if cut is None else cut for cut in cuts])
    )
    is_digit[[cut is None for cut in cuts]] = 0
    threshold = float(np.quantile(is_digit[groups["digits"]], 1 - PASSING))
    right = np.array([str(each) for each in probabilities.argmax(axis=1)]) == labels
    return {
        "threshold": threshold,
        "digits right": shares(right, {"digits": groups["digits"]})["digits"],
        "accepted": shares(is_digit >= threshold, groups),
    }


def command(given: argparse.Namespace) -> str:
    """Return the command line without paths of this machine."""
    places = {str(given.strokes): "STROKES", str(find_model(given.model).parent): "PLACE", given.model: "PLACE"}
    shown = [places.get(each, each) if each != DEFAULT else each for each in sys.argv[1:]]
    return " ".join(["python", "benchmarks/characters.py", *shown])


def trained(model: Path) -> dict[str, Any]:
    """Return how the model was trained, and its hash."""
    card = read_card(read_content(model), model)
    return {"trained with": card.command, "weights": card.weights}


def main() -> None:
    """Draw, read and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help="what `shuzi.load` takes")
    parser.add_argument("--strokes", type=Path, help="UNIPEN or a packed file; else what SHUZI_STROKES names")
    parser.add_argument("--writers", choices=["even", "odd"], default="even")
    parser.add_argument("--most", type=int, help="about so many samples, spread over all; keep nothing")
    parser.add_argument("--name", default="characters", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    model, strokes = find_model(given.model), load_strokes(given.strokes)
    own = strokes.held_out(odd=given.writers == "odd")
    places = trusted_samples(own, DIGITS + string.ascii_letters + SIGNS)
    if given.most:
        places = places[:: max(1, len(places) // given.most)]
    labels, kinds = own.label[places], own.kind[places]
    alike, digits = np.isin(labels, list(LOOK_ALIKES)), kinds == "digit"
    groups = {
        "digits": digits,
        "letters and signs": ~digits,
        "of them no look-alikes": ~digits & ~alike,
        "letters": np.isin(kinds, ["upper", "lower"]) & ~alike,
        "signs": (kinds == "symbol") & ~alike,
        "look-alikes": alike,
    }
    pictures = [picture(own, int(place)) for place in places]
    reader = shuzi.load(given.model)
    readings = [reader.read(grey) for grey in pictures]
    ok = np.array([each.status == "ok" for each in readings])
    right = np.array([each.text == label for each, label in zip(readings, labels, strict=True)])
    wrongly = Counter(str(label) for label in labels[ok & ~digits])
    result: dict[str, Any] = {
        "pictures": {
            "digits right": shares(right, {"digits": digits})["digits"],
            "digits right where ok": shares(right, {"digits": digits & ok})["digits"],
            "ok": shares(ok, groups),
            "ok, most frequent": dict(wrongly.most_common(12)),
        },
        "classifier": by_classifier(model, pictures, labels, groups),
    }
    for name in ("digits right", "digits right where ok"):
        print(f"{name:42}{result['pictures'][name]['accuracy']:8.2%}")
    for name, each in groups.items():
        said, accepted = result["pictures"]["ok"][name], result["classifier"]["accepted"][name]
        numbers = f"ok {said['accuracy']:8.2%}   accepted at the threshold {accepted['accuracy']:8.2%}"
        print(f"{name:32}{each.sum():8,}   {numbers}")
    print("ok, most frequent:", result["pictures"]["ok, most frequent"])
    if not given.most:
        keep(given.name, {"command": command(given), **trained(model), "writers": given.writers, **result})


if __name__ == "__main__":
    main()
