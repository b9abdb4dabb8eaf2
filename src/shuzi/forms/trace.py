"""The picture of a blank form becomes a spec, the form to compare filled sheets with, and a picture for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from shuzi.atomic import replacing
from shuzi.errors import DataError, PictureError, writing
from shuzi.forms.blank import Blank, printed_in
from shuzi.forms.boxes import frame_around, mark_framed
from shuzi.forms.flatten import SCALE, clockwise, flatten, in_photo
from shuzi.forms.grammar import (
    BOXES,
    MAX_TEXT_LENGTH,
    MAX_TRACED,
    OPEN,
    PAPERS,
    SIDES,
    Source,
    is_paper,
    is_text,
    tables_of,
    text_of,
)
from shuzi.forms.hands import as_png
from shuzi.forms.kinds import KINDS, NUMBER, Field
from shuzi.forms.labels import Words, labelled
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import Beside, Spec, beside_file, language_of, read_text, spec_of, spec_of_tables
from shuzi.forms.trace_fields import Printed, find_boxes, find_rules, prints_on, propose, snapped
from shuzi.ink.boxes import Box
from shuzi.ink.paper import resize
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.explain import Letters, font_of

MILLIMETRE, PIXEL = "mm", "px"
"""The units in which a person says where fields are: of the paper, or of the picture of the blank form."""

ReadWords = Callable[[NDArray[np.uint8], Sequence[Field]], Iterable[Words]]
"""Returns the words on a flat form besides its fields, as `read_words` does."""


@dataclass(frozen=True)
class Traced:
    """A traced form."""

    spec: Spec  # the spec
    flat: NDArray[np.uint8]  # the blank form: uint8 (8 * height, 8 * width)
    left_out: int = 0  # how many more fields were proposed than a spec may have

    def split(self, names: Collection[str]) -> Traced:
        """Return the form with each box of these fields as a separate field: `f3` becomes `f3.1`, `f3.2`."""
        several = {field.name for field in self.spec.fields if field.style == BOXES and len(field.at) > 1}
        for name in {*names} - several:
            raise DataError("error.trace.split", name=name)
        fields: list[Field] = []
        for field in self.spec.fields:
            if field.name not in names:
                fields.append(field)
                continue
            for n, box in enumerate(field.at, start=1):
                name, label = f"{field.name}.{n}", f"{field.label}.{n}"
                fields.append(Field(name, label=label, style=BOXES, boxes=1, at=(box,)))
        return replace(self, spec=replace(self.spec, fields=tuple(fields)))


def trace(
    picture: Picture,
    name: str,
    title: str,
    paper: str,
    drawn: Drawn | None,
    unit: str,
    words: ReadWords | None = None,
) -> Traced:
    """Trace a blank form; where it has no empty boxes and none are drawn, the spec has no fields."""
    if not is_text(title):
        raise DataError("error.trace.title", max=MAX_TEXT_LENGTH)
    grey = open_picture(picture)
    form = find_form(grey, sides_of(paper), name)
    if not Blank(form.flat, form.size).distinct:
        raise DataError("error.trace.empty")
    sheet: dict[str, Any] = {"title": title, "paper": paper, "landscape": form.size[0] > form.size[1]}
    if paper not in PAPERS:
        sheet |= {"paper": f"{form.size[0]:g}x{form.size[1]:g}", "landscape": False}
    blank = as_png(form.flat)
    if drawn is not None:
        spec = read_drawn(drawn, sheet, blank, form.in_millimetres if unit == PIXEL else lambda box: box)
        printed = _printed(form.flat)
        fields = tuple(snapped(field, printed) for field in spec.fields)
        for field, is_empty in zip(fields, _empty(form.flat, fields), strict=True):
            if not is_empty:
                raise DataError("error.trace.printed", name=field.name)
        return Traced(replace(spec, fields=fields), form.flat)
    proposed = propose(_printed(form.flat), form.flat)
    empty = (index for index, is_empty in enumerate(_empty(form.flat, proposed)) if is_empty)
    found = [*islice(empty, MAX_TRACED)]  # to look into all that a dense grid has could take minutes
    names = (f"f{count}" for count in range(1, MAX_TRACED + 1))
    fields = tuple(replace(proposed[index], name=name, label=name) for index, name in zip(found, names, strict=False))
    if words is not None and fields:
        fields = labelled(fields, words(form.flat, fields))
    spec = Spec(fields=fields, language=language_of(title), blank=blank, **sheet)
    return Traced(spec, form.flat, len(proposed) - 1 - found[-1] if len(found) == MAX_TRACED else 0)


def _printed(flat: NDArray[np.uint8]) -> list[Printed]:
    prints = prints_on(flat)
    return [*find_boxes(flat, prints), *find_rules(flat, prints)]


def _empty(flat: NDArray[np.uint8], fields: Sequence[Field]) -> Iterator[bool]:
    """Tell for one field after the other whether nothing is printed in it, no sooner than one is asked for."""
    for field in fields:
        yield not printed_in(flat, mark_framed(flat, [PlacedField(field, 0, field.at)]))[0]


def sides_of(paper: str) -> tuple[float, float]:
    """Return the two sides of a paper in millimetres."""
    if not is_paper(paper):
        min_side, max_side = SIDES
        raise DataError("error.trace.paper", paper=paper, names=", ".join(PAPERS), min=min_side, max=max_side)
    return Spec("", (), paper=paper).size


def paths_beside(out: Path) -> tuple[Path, Path]:
    """Return the files beside a spec: the blank form, and the picture with its fields numbered.

    >>> [path.name for path in paths_beside(Path("card.toml"))]
    ['card.blank.png', 'card.fields.png']
    """
    return out.with_name(f"{out.stem}.blank.png"), out.with_name(f"{out.stem}.fields.png")


def check_out(out: Path) -> None:
    """Refuse a name that is no spec's, a missing folder, or files that are there already; raises DataError."""
    if out.suffix.lower() != ".toml":
        raise DataError("error.trace.ending", path=out)
    if not out.parent.is_dir():
        raise DataError("error.data.no_folder", folder=out.parent)
    for path in (out, *paths_beside(out)):
        if path.exists():
            raise DataError("error.trace.taken", path=path)


def save_traced(traced: Traced, out: Path) -> None:
    """Write a spec, and beside it the blank form and the numbered picture."""
    check_out(out)
    blank, picture = paths_beside(out)
    numbers = as_png(numbered(traced.flat, traced.spec.fields))
    text = as_toml(traced.spec, blank.name)
    spec_of(text_of(text.encode(), out), out, lambda *_: traced.spec.blank)
    # the spec last: where it is, the others are
    for path, content in ((blank, traced.spec.blank), (picture, numbers), (out, text.encode())):
        with writing(path), replacing(path) as part:
            part.write_bytes(content)


_SHOWN = 4.0  # pixels to a millimetre of the picture for people
_RED, _BLUE, _FILL = "#c81e1e", "#1e3ca0", "#fff6d6"
_LETTERS, _INDENT = 13, 3  # pixels of a name in a field, and to its left
_EVEN = 0.25  # millimetres by which boxes may differ from equal parts of their frame


def as_toml(spec: Spec, blank: str) -> str:
    """Return a traced spec as TOML, which `shuzi.forms.spec.read_spec` reads again."""
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


_RENAMED = {"digits": "length", "minimum": "min", "maximum": "max", "earliest": "min", "latest": "max"}
_KEPT = (
    *("options", "choose", "order", "country", "decimals", "required", "digits", "minimum", "maximum", "earliest"),
    *("latest", "check", "weights", "with_x", "among", "pattern", "sum_of", "total", "unique", "points", "key"),
    *("tolerance", "half_tolerance", "partial"),
)


def _of_field(field: Field) -> dict[str, Any]:
    values: dict[str, Any] = {"name": field.name}
    if field.label != field.name:
        values["label"] = field.label
    if field.kind != NUMBER:
        values["kind"] = field.kind
    if field.needs == "boxes" and field.box_range[0] < field.box_range[1]:
        values["boxes"] = field.boxes
    if not field.is_tick:
        values["style"] = field.style
    unset = {attribute.name: attribute.default for attribute in fields(Field)}
    for name in _KEPT:
        key, value = _RENAMED.get(name, name), getattr(field, name)
        if key in field.declared.keys and value != unset[name]:
            value = date.fromisoformat(value) if name in ("earliest", "latest") else value
            values[key] = [*value] if isinstance(value, tuple) else value
    places = [[round(side, 2) for side in box] for box in field.at] if field.is_tick else places_of(field)
    return values | {"at": places[0] if len(places) == 1 and not field.is_tick else places}


def places_of(field: Field) -> list[list[float]]:
    """Return where a field is, as a spec says it: one box for all digits where they are even, else one for each."""
    first, last = field.at[0], field.at[-1]
    frame = Box(first.x, first.y, last.right - first.x, first.height)
    wide = frame.width / len(field.at)
    equal = np.array([(frame.x + n * wide, frame.y, wide, frame.height) for n in range(len(field.at))])
    if field.style == OPEN or np.abs(np.array(field.at) - equal).max() <= _EVEN:
        return [[round(side, 2) for side in frame]]
    return [[round(side, 2) for side in box] for box in field.at]


def numbered(flat: NDArray[np.uint8], fields: Sequence[Field]) -> NDArray[np.uint8]:
    """Draw a form with its fields numbered in the order of the spec, and named where there is room.

    Returns: uint8 (h / 2, w / 2, 3).
    """
    small = resize(flat, _SHOWN / SCALE)
    image = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2RGB), np.uint8).copy()
    for field in fields:
        for box in field.at:
            part = image[box.scaled(_SHOWN).pixels()]
            np.minimum(part, np.array(ImageColor.getrgb(_FILL), np.uint8), out=part)
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


_SEARCHED = 900  # pixels of the longer side at which the outline is sought
_MIN_AREA, _MAX_AREA = 0.25, 0.97  # of the picture that a sheet takes on a photograph
_FILLED = 0.95  # of a four-sided outline that is paper
_PROPORTION = 0.04  # by which a scan may be wider or narrower than its paper
_ALONG = 0.3  # of an edge of the picture that the sheet may touch, on one side
_BRIGHTER = 25  # grey levels: by so much paper is brighter than what it lies on


@dataclass(frozen=True)
class Form:
    """A blank form."""

    flat: NDArray[np.uint8]  # uint8 (8 * height, 8 * width), paper 255
    size: tuple[float, float]  # width and height of the paper in millimetres
    # maps millimetres to pixels of the picture that it was taken from: float64 (3, 3)
    homography: NDArray[np.float64]

    def in_millimetres(self, box: Box) -> Box:
        """Return where a box in the picture's pixels is on the paper."""
        points = in_photo(np.asarray(np.linalg.inv(self.homography), np.float64), box.corners)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return Box(left, top, right - left, bottom - top)


def find_form(grey: NDArray[np.uint8], paper: tuple[float, float], name: str) -> Form:
    """Find the sheet on the picture of a blank form.

    `grey`: uint8 (h, w): a scan of the whole sheet, or a photograph of it on something darker; upright. `paper`: the
    two sides of the paper in millimetres; which one is horizontal, the picture shows.
    """
    corners = _outline(grey)
    if corners is None:
        high, wide = grey.shape
        proportion = max(wide, high) / min(wide, high) / (max(paper) / min(paper))
        if abs(proportion - 1) > _PROPORTION:
            raise PictureError("error.trace.outline", path=name, width=paper[0], height=paper[1])
        corners = Box(0, 0, wide, high).corners
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    short, long = sorted(paper)
    size = (long, short) if sides[0] + sides[2] > sides[1] + sides[3] else (short, long)
    millimetres = Box(0, 0, *size).corners.astype(np.float32)
    homography = np.asarray(cv2.getPerspectiveTransform(millimetres, corners.astype(np.float32)), np.float64)
    return Form(flatten(grey, homography, size, name), size, homography)


def _outline(grey: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the corners of bright paper on a darker ground, clockwise from the upper left: float64 (4, 2)."""
    scale = min(1.0, _SEARCHED / max(grey.shape))
    small = np.asarray(cv2.medianBlur(resize(grey, scale), 9), np.uint8)
    closed = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), np.uint8)
    level, bright = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edges = [bright[0], bright[-1], bright[:, 0], bright[:, -1]]
    if sum((edge > 0).mean() > _ALONG for edge in edges) > 1:  # a scan, on which something dark is printed
        return None
    ground, paper = closed[closed <= level], closed[closed > level]
    if not (len(ground) and len(paper)) or float(paper.mean() - ground.mean()) < _BRIGHTER:
        return None
    found: Any = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    contour = max(found, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    shape = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
    if len(shape) != 4 or not _MIN_AREA < area / small.size < _MAX_AREA:
        return None
    if min(cv2.contourArea(contour), area) < _FILLED * cv2.contourArea(shape.astype(np.float32)):
        return None
    sides = _straight(contour.reshape(-1, 2).astype(np.float64), shape)
    return np.asarray((clockwise(sides) + 0.5) * (grey.shape[1] / small.shape[1]), np.float64)


def _straight(outline: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make corners exact: each is where lines through the points of its two sides meet."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        away = (outline - start) @ np.array([-along[1], along[0]])
        place = (outline - start) @ along / np.linalg.norm(end - start)
        near = outline[(np.abs(away) < 4) & (place > 0.05) & (place < 0.95)]
        if len(near) < 10:
            near = np.array([start, end])
        vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
        lines.append((np.array([-vy, vx]), float(-vy * x + vx * y)))
    found = []
    for (one, first), (other, second) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        found.append(np.linalg.solve(np.array([one, other]), np.array([first, second])))
    return np.array(found)


@dataclass(frozen=True)
class Drawn:
    """Fields that a person draws on a blank form, in a text like a spec: `at` of each says where it is."""

    text: str  # the text, in TOML
    path: Path  # what errors call it: its file
    beside: Beside  # returns the roster that the text names

    @staticmethod
    def of(path: Path) -> Drawn:
        """Read a file; raises DataError."""
        return Drawn(read_text(path), path, beside_file(path))


def read_drawn(drawn: Drawn, sheet: Mapping[str, Any], blank: bytes, placed: Callable[[Box], Box]) -> Spec:
    """Read drawn fields as a spec; the style of those that name none is ""."""
    given = tables_of(drawn.text, drawn.path)
    source = Source(drawn.path, drawn.text)
    fields = given.get("fields", [])
    named = set()
    for number, table in enumerate(fields if isinstance(fields, list) else [], start=1):
        if not isinstance(table, dict):
            continue
        if "style" in table or "style" in given:
            named.add(number)
        if "at" in table:
            source.check(KINDS[NUMBER].declared, {"at": table["at"]}, number)
            single = not isinstance(table["at"][0], list)
            boxes = [[*placed(Box(*box))] for box in ([table["at"]] if single else table["at"])]
            table["at"] = boxes[0] if single else boxes
    source.refuse("error.trace.sheet", given, ("paper", "landscape", "blank"))
    spec = spec_of_tables({**sheet, **given, "blank": "-"}, source, drawn.beside, blank)
    made = [field if n in named else replace(field, style="") for n, field in enumerate(spec.fields, start=1)]
    return replace(spec, fields=tuple(made))
