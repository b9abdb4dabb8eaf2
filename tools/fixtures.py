"""Pictures become the shared fixtures: the output of each step of reading, for implementations in other languages.

    python tools/fixtures.py

The page reads without Python, by the same models and by the same steps written again in TypeScript. These files hold
both to each other: `tests/fixtures/reading` has the pictures (PNG), what `ink` makes of them (PNG), the strips that
the line recogniser sees (PNG), and every number in between (JSON). Each picture is read as a cell of a table is, and
where it may show several lines, as a photograph; of `PHOTOGRAPHS` the first lines' own level pictures are there too.
`tests/fixtures/displays` has the same of displays: pictures, strips and numbers.
`tests/reading/test_fixtures.py` compares Python with them; a port compares itself. Write them anew after a model, a
threshold or a step has changed.

All ink is MNIST's or drawn by code; none of it is UNIPEN's.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import shuzi
from shuzi.ink.paper import Scan, map_line, resize
from shuzi.ink.strips import cut_strip, display_strip
from shuzi.models.store import LINE_DETECTOR, find_model
from shuzi.pictures.open import open_picture
from shuzi.reading.display import DISPLAY_FEATURES, DisplayReader
from shuzi.reading.line_detector import LOOK_PIXELS, LineDetector
from shuzi.reading.page_text import FEATURES, gather_features
from shuzi.reading.result import Reading
from shuzi.reading.thresholds import LARGEST_SIDE, SMALLEST_PAGE
from shuzi.synthesis.composer import Composer, any_kind
from shuzi.synthesis.digit_shapes import skeleton_field
from shuzi.synthesis.displays import compose
from shuzi.synthesis.pen import UNIT

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "fixtures" / "reading"
OF_DISPLAYS = FOLDER.with_name("displays")
COMPOSED = 12  # pages of any kind
SHOWN = 4  # lines of a photograph whose own pictures are kept
DECIMALS = 6
LEAST = 0.001  # probability of a mark's alternatives

PHOTOGRAPHS = {
    "page": (100, 420, 560, 34, 3.0),
    "page-fine": (100, 1_100, 1_500, 20, -4.0),
    "page-turned": (136, 420, 560, 34, 180.0),
    "page-on-its-side": (172, 420, 560, 34, 90.0),
}
"""Photographs of pages: the first of MNIST's digits, height, width, the height of digits, the turn in degrees."""

COMPOSED_DISPLAYS = {
    "segments": ("segments", 2),
    "point": ("segments", 7),
    "unsure": ("segments", 3),
    "lit": ("segments", 9),
    "wheels": ("wheels", 6),
    "turning": ("wheels", 343),
    "none": ("nothing", 3),
}
"""Displays that are sure and unsure, dark and lit, one of a wheel that turns, one of none: the kind, and the seed."""

Grey = NDArray[np.uint8]


def main() -> None:
    """Write every picture and the output of each step."""
    # other versions of libraries compose other pictures, and other tests speak of these
    composed = {path.name.split(".")[0]: open_picture(path) for path in FOLDER.glob("composed-*.picture.png")}
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    reader = shuzi.load()
    for name, grey in (pictures() | composed).items():
        _save(name, "picture", grey)
        (FOLDER / f"{name}.json").write_text(json.dumps(steps(reader, name, grey), indent=1) + "\n")
    write_displays()
    files = [*FOLDER.iterdir(), *OF_DISPLAYS.iterdir()]
    size = sum(each.stat().st_size for each in files)
    print(f"{sum(each.suffix == '.json' for each in files)} pictures, {size / 1024:.0f} KB")


def write_displays() -> None:
    """Write every picture of a display and the output of each step."""
    found = displays() | {
        path.name.split(".")[0]: open_picture(path) for path in OF_DISPLAYS.glob("composed-*.picture.png")
    }
    shutil.rmtree(OF_DISPLAYS, ignore_errors=True)
    OF_DISPLAYS.mkdir(parents=True)
    reader = shuzi.load("display")
    for name, grey in found.items():
        _save(name, "picture", grey, OF_DISPLAYS)
        steps = display_steps(reader, name, grey, OF_DISPLAYS)
        (OF_DISPLAYS / f"{name}.json").write_text(json.dumps(steps, indent=1) + "\n")


def pictures() -> dict[str, Grey]:
    """Return pictures that lead through every branch of a reading, by name."""
    digits = shuzi.load_mnist().validation
    rng = np.random.default_rng(20)
    page = np.full((96, 260), 226, np.uint8)
    one = 255 - digits.images[3]
    number = _beside(page, [*digits.images[20:26]], 8)
    found: dict[str, Grey] = {
        "blank": page,
        "one-digit": one,
        "one-digit-enlarged": np.asarray(cv2.resize(one, (140, 140), interpolation=cv2.INTER_LINEAR), np.uint8),
        "number": number,
        "light-on-dark": 255 - number,
        "touching": _beside(page, [*digits.images[40:45]], -9),
        "ruled": _ruled(number),
        "framed": np.asarray(cv2.rectangle(number.copy(), (4, 10), (254, 86), 60, 2), np.uint8),
        "boxes": _boxed(number),
        "comb": _on_a_comb(number),
        "in-shadow": _in_shadow(number),
        "patterned": _patterned(number),
        "hatched": _hatched(number),
        "attached": _attached(number),
        "one-pixel-wide": _one_pixel_wide(4),
        "one-pixel-apart": _one_pixel_apart(),
        "pale": np.asarray(226 - (226 - number.astype(np.int64)) // 7, np.uint8),
        "large": np.asarray(cv2.resize(_ruled(number), (1_820, 672), interpolation=cv2.INTER_CUBIC), np.uint8),
        "long": np.pad(_beside(page, [*digits.images[20:26]], 8), ((0, 0), (0, 5_200)), constant_values=226),
        "longer": np.pad(one, ((0, 0), (30_000, 30_000)), constant_values=255),
        "cut-off": np.ascontiguousarray(number[34:70, 26:150]),
        "decimal": _marked(page, digits.images[60:64]),
        "comma-below": _with_comma(_marked(page, digits.images[60:64], point=False)),
        "comma-last": _with_comma(np.ascontiguousarray(number[:, :124]), 106),
        "slivers": _between_rows(number, digits.images[80:86]),
        "point-first": np.asarray(cv2.circle(number.copy(), (9, 66), 2, 45, -1, cv2.LINE_AA), np.uint8),
        "one-digit-and-point": np.asarray(
            cv2.circle(_beside(page, [digits.images[20]], 8), (58, 67), 3, 45, -1, cv2.LINE_AA), np.uint8
        ),
        "beside-letters": _lettered(number),
        "letter": np.asarray(cv2.putText(page.copy(), "K", (100, 70), cv2.FONT_HERSHEY_SIMPLEX, 2, 30, 4), np.uint8),
        "two-lines": np.vstack([number, _beside(page, [*digits.images[70:75]], 10)]),
    }
    for name, (first, *page) in PHOTOGRAPHS.items():
        found[name] = _photographed(digits.images[first:], *page)
    found["page-cut"] = np.ascontiguousarray(found["page"][78:])
    composer = Composer(digits.images, digits.labels)
    return found | {f"composed-{place:02}": any_kind(composer, rng).grey for place in range(COMPOSED)}


def steps(reader: shuzi.Reader, name: str, grey: Grey) -> dict[str, Any]:
    """Return every number on the way from a picture to its reading; write the maps and strips beside it."""
    scan = Scan.of(grey, LARGEST_SIDE)
    seen = reader.recognise(grey, as_page=False)
    _save(name, "ink", scan.ink)
    _save(name, "contrast", scan.contrast)
    lines = []
    for number, line in enumerate(seen.texts):
        for which, frame in enumerate(line.line.frames):
            _save(name, f"strip-{number}-{which}", cut_strip(scan.contrast, frame))
        lines.append(
            {
                "frames": [_rounded(each) for each in line.line.frames],
                "texts": list(line.texts),
                "scores": [_rounded(each) for each in line.scores.tolist()],
            }
        )
    return {
        "components": scan.components.boxes.tolist(),
        "simple": seen.simple,
        "candidates": [
            {
                "box": _rounded(each.box),
                "probabilities": _rounded(each.probabilities.tolist()),
                "is_digit": round(each.is_digit, DECIMALS),
                "found": round(each.detector_score, DECIMALS),
            }
            for each in seen.candidates
        ],
        "uncovered": round(seen.uncovered, DECIMALS),
        "missed": round(seen.missed, DECIMALS),
        "lines": lines,
        "reading": result(reader.decide(seen)),
        "page": page_steps(reader, name, grey),
    }


def displays() -> dict[str, Grey]:
    """Return pictures of displays, by name; in one of them, the line has to be found."""
    meter = open_picture(ROOT / "docs" / "pictures" / "meter.jpg")
    found = {"meter": np.asarray(cv2.resize(meter, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), np.uint8)}
    for name, (kind, seed) in COMPOSED_DISPLAYS.items():
        grey, _ = compose(np.random.default_rng(seed), kind, None)  # without real digits
        found[f"composed-{name}"] = 255 - grey if name == "lit" else grey
    return found


def display_steps(reader: DisplayReader, name: str, grey: Grey, folder: Path) -> dict[str, Any]:
    """Return every number on the way from a picture of a display to its reading; write its strips into a folder."""
    for polarity in ("dark", "lit"):
        _save(name, polarity, display_strip(grey, polarity == "lit"), folder)
    line, reading = reader.recognise(grey), reader.read(grey)
    return {
        "texts": {} if line is None else dict(zip(line.texts, _rounded(line.probabilities), strict=True)),
        "features": {} if line is None else dict(zip(DISPLAY_FEATURES, _rounded(line.features), strict=True)),
        "reading": result(reading) | {"advice": reading.advice},
        "digits_status": reading.digits_status,
        "digits_confidence": round(reading.digits_confidence, DECIMALS),
        "statuses": [digit.status for digit in reading.digits],
    }


def page_steps(reader: shuzi.Reader, name: str, grey: Grey) -> dict[str, Any] | None:
    """Return every number on the way from a photograph to its reading; None for a picture too small to be one."""
    if min(grey.shape) < SMALLEST_PAGE:
        return None
    detector = LineDetector(find_model(LINE_DETECTOR))
    found = sorted(detector.find(grey).lines, key=lambda line: (line.box.y, line.box.x))
    seen = reader.recognise(grey)
    steps: dict[str, Any] = {
        "found": [{"box": _rounded(line.box), "score": round(line.score, DECIMALS)} for line in found]
    }
    if not seen.page:
        return steps
    if name in PHOTOGRAPHS:
        maps = detector.maps(resize(grey, min(1.0, math.sqrt(LOOK_PIXELS / grey.size))))
        _save(name, "core", np.rint(maps[..., 0] * 255).astype(np.uint8))
        for number, line in enumerate(seen.page[:SHOWN]):
            ink, contrast = map_line(line.picture.grey, line.picture.height)
            for step, picture in (("level", line.picture.grey), ("ink", ink), ("contrast", contrast)):
                _save(name, f"line-{number}-{step}", picture)
    lines = []
    for line in seen.page:
        features = gather_features(line, seen)
        lines.append(
            {
                "texts": list(line.texts.texts),
                "scores": [_rounded(scores) for scores in line.texts.scores.tolist()],
                "classified": _rounded(line.classified),
                "features": {} if features is None else dict(zip(FEATURES, _rounded(features[1]), strict=True)),
            }
        )
    return steps | {
        "lines": lines,
        "is_upside_down": seen.is_upside_down,
        "is_on_its_side": seen.is_on_its_side,
        "reading": result(reader.decide(seen)),
    }


def result(reading: Reading) -> dict[str, Any]:
    """Return the content of a reading, without pictures and sentences."""
    return {
        "text": reading.text,
        "digits_text": reading.digits_text,
        "status": reading.status,
        "advice": reading.advice[0],
        "confidence": round(reading.confidence, DECIMALS),
        "digits": [
            {"digit": each.digit, "box": list(each.box), "probability": round(each.probability, DECIMALS)}
            for each in reading.digits
        ],
        "marks": [
            {
                "mark": each.mark,
                "box": list(each.box),
                "probability": round(each.probability, DECIMALS),
                "alternatives": {text: round(sure, DECIMALS) for text, sure in each.alternatives if sure >= LEAST},
            }
            for each in reading.marks
        ],
        "ignored": [{"kind": each.kind, "box": list(each.box)} for each in reading.ignored],
        "lines": [
            {
                "text": line.text,
                "box": list(line.box),
                "status": line.status,
                "confidence": round(line.confidence, DECIMALS),
                "advice": line.advice[0],
            }
            for line in reading.lines
        ],
        "alternatives": [[text, round(probability, DECIMALS)] for text, probability in reading.alternatives],
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(each), DECIMALS) for each in values]


def _save(name: str, step: str, grey: Grey, folder: Path | None = None) -> None:
    Image.fromarray(grey).save((folder or FOLDER) / f"{name}.{step}.png", optimize=True)


def _beside(page: Grey, images: list[Grey], gap: int) -> Grey:
    """Write digits side by side, each enlarged by half."""
    sheet, x = page.copy(), 20
    for image in images:
        ink = np.asarray(cv2.resize(image, (42, 42), interpolation=cv2.INTER_CUBIC), np.uint8)
        left, _, wide, _ = cv2.boundingRect((ink > 60).astype(np.uint8))
        part = sheet[28:70, x : x + wide]
        np.minimum(part, 226 - (ink[:, left : left + wide] * 0.75).astype(np.uint8), out=part)
        x += wide + gap
    return sheet


def _photographed(images: NDArray[np.uint8], height: int, width: int, digit: int, turn: float) -> Grey:
    """Photograph a page on a dark desk: two columns of numbers, some ruled lines, and the edge of a shadow."""
    light = np.full((height, width), 215, np.uint8)
    for y in range(3 * digit, height - 2 * digit, 3 * digit):
        cv2.line(light, (digit, y + digit // 4), (width - digit, y + digit // 4), 165, 1)
    remaining = iter(images)
    for y in range(3 * digit, height - 2 * digit, 6 * digit):
        for start, count in ((2 * digit, 4), (width // 2 + digit, 3 + y // digit % 3)):
            x = start
            for image in (next(remaining) for _ in range(count)):
                ink = np.asarray(cv2.resize(image, None, fx=digit / 20, fy=digit / 20), np.uint8)
                left, _, wide, _ = cv2.boundingRect((ink > 60).astype(np.uint8))
                part = light[y - len(ink) * 6 // 7 : y - len(ink) * 6 // 7 + len(ink), x : x + wide]
                np.minimum(
                    part,
                    215 - (ink[:, left : left + wide][: len(part), : part.shape[1]] * 0.6).astype(np.uint8),
                    out=part,
                )
                x += wide + digit // 3
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 0.94)
    page = cv2.warpAffine(light, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=70)
    shadow = np.where(np.indices(page.shape)[1] > 0.7 * width, 0.62, 1.0)
    return np.asarray(np.rint(page * shadow), np.uint8)


def _marked(page: Grey, images: NDArray[np.uint8], point: bool = True) -> Grey:
    """Write two digits, a point or room for a comma, two digits."""
    sheet = _beside(page, [*images[:2]], 8)
    rest = _beside(page, [*images[2:]], 8)
    sheet[:, 112:] = rest[:, : page.shape[1] - 112]
    return np.asarray(cv2.circle(sheet, (104, 66), 3, 45, -1, cv2.LINE_AA), np.uint8) if point else sheet


def _with_comma(sheet: Grey, x: int = 104) -> Grey:
    """Write a comma that hangs so far below the digits that it could be a 1 on a line of its own."""
    return np.asarray(cv2.line(sheet.copy(), (x + 3, 62), (x - 3, 86), 45, 4, cv2.LINE_AA), np.uint8)


def _between_rows(number: Grey, images: NDArray[np.uint8]) -> Grey:
    """Write rows above and below, of which the cell shows the edges."""
    other = _beside(np.full_like(number, 226), [*images], 8)
    return np.vstack([other[56:72], number[20:80], other[24:42]])


def _lettered(number: Grey) -> Grey:
    return np.asarray(
        cv2.putText(number.copy(), "kg", (215, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 45, 3, cv2.LINE_AA), np.uint8
    )


def _one_pixel_wide(label: int) -> Grey:
    """Draw a digit by strokes a pixel wide and leave out every second pixel, which breaks them."""
    field = skeleton_field(np.random.default_rng(label), label)
    return np.asarray(np.where(field < UNIT / 2, 0, 255)[1::2, 1::2], np.uint8)


def _one_pixel_apart() -> Grey:
    """Draw 41 by strokes a pixel wide with so little between them that, widened, they would be one piece."""
    page = np.full((36, 30), 230, np.uint8)
    strokes = [[(15, 28), (15, 8), (8, 20), (18, 20)], [(21, 8), (21, 28)]]
    return np.asarray(cv2.polylines(page, [np.array(stroke, np.int32) for stroke in strokes], False, 20), np.uint8)


def _ruled(number: Grey) -> Grey:
    sheet = number.copy()
    for y in (22, 50, 78):
        cv2.line(sheet, (0, y), (sheet.shape[1], y), 120, 1)
    return sheet


def _boxed(number: Grey) -> Grey:
    """Print a row of boxes around the digits, slightly aslant, as on a photographed form."""
    page = np.full_like(number, 255)
    cv2.rectangle(page, (12, 24), (236, 76), 90, 3)
    for x in range(50, 236, 37):
        cv2.line(page, (x, 24), (x, 76), 90, 2)
    turn = cv2.getRotationMatrix2D((130, 48), 1.5, 1)
    lines = cv2.warpAffine(page, turn, number.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255)
    return np.minimum(number, np.asarray(lines, np.uint8))


def _on_a_comb(number: Grey) -> Grey:
    """Print a comb below the digits: a rail, and teeth that stand on it."""
    page = number.copy()
    cv2.line(page, (12, 72), (236, 72), 70, 2)
    for x in range(14, 240, 37):
        cv2.line(page, (x, 58), (x, 72), 70, 2)
    return page


def _patterned(number: Grey) -> Grey:
    """Print worn, fine waves below the digits, as on a cheque."""
    y, x = np.indices(number.shape, np.float64)
    fine = (np.abs((y + 4 * np.sin(x / 14)) % 13 - 6.5) < 0.8) & ((x + 7 * y) % 41 < 12)
    return np.asarray(np.minimum(number, np.where(fine, 125, 255)), np.uint8)


def _hatched(number: Grey) -> Grey:
    """Print pale parallel lines below the digits, broken here and there."""
    y, x = np.indices(number.shape, np.float64)
    row, across = np.divmod(y + 0.23 * x, 9)
    lines = (across < 1.2) & ((x + 37 * row) % 70 < 20 + 11 * (row % 4))
    return np.asarray(np.minimum(number, np.where(lines, 140, 255)), np.uint8)


def _attached(number: Grey) -> Grey:
    """Print a frame, with a scrawl on its line that is not a digit."""
    page = cv2.rectangle(number.copy(), (4, 10), (254, 86), 60, 2)
    scrawl = np.array([(20, 85), (28, 75), (36, 83), (44, 74), (52, 84)])
    return np.asarray(cv2.polylines(page, [scrawl], False, 60, 2, cv2.LINE_AA), np.uint8)


def _in_shadow(number: Grey) -> Grey:
    light = (
        np.linspace(1.0, 0.45, number.shape[1])[None] * np.where(np.arange(number.shape[0]) < 40, 1.0, 0.9)[:, None]
    )
    return np.asarray(np.rint(number * light), np.uint8)


if __name__ == "__main__":
    main()
