"""How many fields of six forms are named by their printed label, where the extra `ocr` is installed.

    python benchmarks/field_labels.py

The forms (`six_forms.py`) are traced without help, from a scan of 200 dots per inch and from a photograph taken at up
to 25 degrees, as `filled_forms.py` does it. A name is right if the label is the printed one, but for spaces, capitals
and the width of signs; that of a cell is its row's first words and its column's head. Fields that were not proposed
are not counted.
"""

from __future__ import annotations

import argparse
import unicodedata
from typing import Any

import cv2
import numpy as np
from filled_forms import PHOTOGRAPHS, SCAN, blanks
from machine import keep
from six_forms import six_forms

from shuzi.forms.boxes import frame_around
from shuzi.forms.labels import read_words
from shuzi.forms.trace import trace
from shuzi.ink.boxes import as_array, iou

_SAME = 0.5  # the intersection over union from which a field that is proposed is one that is printed


def plain(label: str) -> str:
    """Return a label without what is not compared."""
    return "".join(unicodedata.normalize("NFKC", label).casefold().split())


def main() -> None:
    """Trace, name and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", nargs="+", choices=[SCAN, *PHOTOGRAPHS], default=[SCAN, PHOTOGRAPHS[0]])
    parser.add_argument("--name", default="field-labels", help="of the result")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    result: dict[str, Any] = {}
    for picture in given.pictures:
        for layout in six_forms():
            size = "{:g}x{:g}".format(*layout.size)
            form = trace(blanks(layout)[picture], layout.name, layout.name, size, None, "mm", read_words)
            frames = as_array(frame_around(field.at) for field in form.spec.fields)
            proposed, wrong = 0, []
            for place in layout.places:
                alike = iou(np.array(frame_around(place.boxes), np.float64), frames)
                if alike.max() >= _SAME:
                    proposed += 1
                    field = form.spec.fields[int(alike.argmax())]
                    if plain(field.label) != plain(place.field.label):
                        wrong.append({"printed": place.field.label, "named": field.name})
            own = {"fields": len(layout.places), "proposed": proposed, "right": proposed - len(wrong), "wrong": wrong}
            result.setdefault(picture, {})[layout.name] = own
            print(picture, layout.name, own, flush=True)
        keep(given.name, {"forms": result})


if __name__ == "__main__":
    main()
