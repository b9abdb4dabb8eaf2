"""A traced spec becomes the TOML that people edit, and a picture of the form with its fields numbered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shuzi.forms.finding.find_frames import frame_around
from shuzi.forms.finding.flat import SCALE
from shuzi.forms.spec import CARD, DATE, IBAN, NUMBER, ONE, OPEN, TICK, Field, Spec
from shuzi.ink.boxes import Box
from shuzi.ink.resize import resize
from shuzi.reading.report.explain.lettering import Letters, font_of

_SHOWN = 4.0  # pixels to a millimetre of the picture for people
_RED, _BLUE, _FILL = (200, 30, 30), (30, 60, 160), (255, 246, 214)
_LETTERS, _INDENT = 13, 3  # pixels of a name in a field, and to its left
_EVEN = 0.25  # millimetres by which boxes may differ from equal parts of their frame


def as_toml(spec: Spec, blank: str) -> str:
    r"""Return a traced spec as TOML, which `shuzi.forms.parse.read_spec` reads again.

    Parameters
    ----------
    spec
        The spec.
    blank
        The file name of the blank form.

    Examples
    --------
    >>> field = Field("f1", label="f1", boxes=2, at=(Box(10.0, 20.0, 7.0, 8.5), Box(17.0, 20.0, 7.0, 8.5)))
    >>> print(as_toml(Spec("Card", (field,), blank=b"-"), "card.blank.png").split("\n\n")[1])
    [[fields]]
    name = "f1"
    boxes = 2
    style = "boxes"
    at = [10.0, 20.0, 14.0, 8.5]
    <BLANKLINE>
    """
    sheet = {"title": spec.title, "language": spec.language, "paper": spec.paper, "blank": blank}
    lines = [*_lines(sheet), *(["landscape = true"] if spec.landscape else [])]
    for field in spec.fields:
        lines += ["", "[[fields]]", *_lines(_of_field(field))]
    return "\n".join(lines) + "\n"


def _lines(values: dict[str, Any]) -> list[str]:
    # JSON's strings, numbers and lists are TOML's too, but for one control character
    return [
        f"{key} = {value if isinstance(value, date) else json.dumps(value, ensure_ascii=False).replace(chr(127), '')}"
        for key, value in values.items()
    ]


_KEPT = (
    *("order", "country", "decimals", "required", "digits", "least", "most", "earliest", "latest", "check"),
    *(
        "weights",
        "with_x",
        "among",
        "pattern",
        "sum_of",
        "total",
        "unique",
        "points",
        "key",
        "tolerance",
        "half_tolerance",
    ),
)


def _of_field(field: Field) -> dict[str, Any]:
    values: dict[str, Any] = {"name": field.name}
    if field.label != field.name:
        values["label"] = field.label
    if field.kind != NUMBER:
        values["kind"] = field.kind
    if field.kind == TICK:
        values["options"] = [*field.options]
        if field.choose != ONE:
            values["choose"] = field.choose
        for key in ("required", "points", "key", "partial"):
            if getattr(field, key):
                values[key] = getattr(field, key)
        return values | {"at": [[round(side, 2) for side in box] for box in field.at]}
    if field.kind != DATE:
        values["boxes"] = field.boxes
    values["style"] = field.style
    kept = [key for key in _KEPT if key != "check" or field.kind not in (CARD, IBAN)]
    unset = {attribute.name: attribute.default for attribute in fields(Field)}
    named = {"digits": "length", "least": "min", "most": "max", "earliest": "min", "latest": "max"}
    for key in kept:
        value = getattr(field, key)
        if value != unset[key]:
            value = date.fromisoformat(value) if key in ("earliest", "latest") else value
            values[named.get(key, key)] = [*value] if isinstance(value, tuple) else value
    places = places_of(field)
    values["at"] = places[0] if len(places) == 1 else places
    return values


def places_of(field: Field) -> list[list[float]]:
    """Return where a field is, as a spec says it: one box for all digits where they are even, else one for each.

    >>> places_of(Field("q", boxes=2, at=(Box(10.0, 20.0, 7.0, 8.5), Box(17.0, 20.0, 7.0, 8.5))))
    [[10.0, 20.0, 14.0, 8.5]]
    """
    first, last = field.at[0], field.at[-1]
    frame = Box(first.x, first.y, last.right - first.x, first.height)
    wide = frame.width / len(field.at)
    equal = np.array([(frame.x + n * wide, frame.y, wide, frame.height) for n in range(len(field.at))])
    if field.style == OPEN or np.abs(np.array(field.at) - equal).max() <= _EVEN:
        return [[round(side, 2) for side in frame]]
    return [[round(side, 2) for side in box] for box in field.at]


def numbered(flat: NDArray[np.uint8], fields: Sequence[Field]) -> NDArray[np.uint8]:
    """Draw a form with its fields numbered in the order of the spec, and named where there is room.

    Parameters
    ----------
    flat
        uint8 (h, w), 8 pixels to a millimetre.
    fields
        With `at`.

    Returns
    -------
    uint8 (h / 2, w / 2, 3).
    """
    small = resize(flat, _SHOWN / SCALE)
    image = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2RGB), np.uint8).copy()
    for field in fields:
        for box in field.at:
            part = image[Box(*(side * _SHOWN for side in box)).pixels()]
            np.minimum(part, np.array(_FILL, np.uint8), out=part)
    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    letters = ImageFont.load_default(15)
    for number, field in enumerate(fields, start=1):
        for box in field.at:
            pen.rectangle([box.x * _SHOWN, box.y * _SHOWN, box.right * _SHOWN, box.bottom * _SHOWN], outline=_RED)
        x, y = field.at[0].x * _SHOWN, field.at[0].y * _SHOWN
        wide = letters.getlength(str(number)) + 6
        pen.rectangle([x - wide, y, x, y + 19], fill=_RED)
        pen.text((x - wide + 3, y), str(number), fill="white", font=letters)
        room = frame_around(field.at).width * _SHOWN - 2 * _INDENT
        font = font_of(field.name, _LETTERS)
        if font is not None and (name := _shortened(field.name, font, room)):
            pen.text((x + _INDENT, y + 1), name, fill=_BLUE, font=font)
    return np.asarray(picture, np.uint8)


def _shortened(text: str, letters: Letters, room: float) -> str:
    """Return as much of a text as there is room for, with an ellipsis if that is not all."""
    if letters.getlength(text) <= room:
        return text
    while text and letters.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text}…" if text else ""
