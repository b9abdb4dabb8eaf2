"""Paper to write on, bare or printed, and what a scanner or phone camera makes of ink on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.ink.boxes import Box
from shuzi.synthesis.distractors import fonts, typeface
from shuzi.synthesis.pen import COVERED, Ink, ink_box, rotation

Light = NDArray[np.float32]
"""The fraction of light that each pixel reflects: (h, w)."""

_WORDS = (
    "Total", "Date", "No", "Amount", "Sum", "Tel", "ID", "Fax", "USD", "EUR", "CHF", "PAY", "Rs", "kg", "Name", "Nr",
    "Class", "Code", "Room", "Page", "Mark", "Note", "to", "from", "Due", "Year", "Ref", "PIN", "TVA", "Tax",
)  # fmt: skip


# of digits written one by one: up to which chance each comes
_BACKGROUNDS = {"bare": 0.45, "ruled": 0.58, "squared": 0.70, "waves": 0.88, "clouds": 1.0}


def by_magnitude(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number between two others, whose logarithm is equally probable everywhere."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def background(rng: np.random.Generator, height: int, width: int, letter: float) -> Light:
    """Make a background with print to suit writing `letter` pixels high: float32 (height, width), bare paper 1."""
    paper, chance = np.ones((height, width), np.float32), rng.random()
    kind = next(kind for kind, end in _BACKGROUNDS.items() if chance < end)
    _print_paper(rng, kind, paper, letter, by_magnitude(rng, 0.04, 0.5))
    if rng.random() < 0.15:
        _frame(rng, paper, letter)
    return paper * falling_light(rng, height, width)


def _print_paper(rng: np.random.Generator, kind: str, paper: Light, letter: float, strength: float) -> None:
    """Print what paper of a kind has."""
    match kind:
        case "ruled" | "squared":
            ruled(rng, paper, letter, strength, squared=kind == "squared")
        case "waves":
            waves(rng, paper, letter, strength)
        case "net":
            net(rng, paper, letter, strength)
        case "clouds":
            clouds(rng, paper, letter, strength * 0.7)


def ruled(rng: np.random.Generator, paper: Light, letter: float, strength: float, squared: bool) -> None:
    """Print evenly spaced lines across, and if squared, also down."""
    step = letter * rng.uniform(0.25, 2.0) if squared else letter * rng.uniform(0.8, 2.0)
    step, thickness = max(step, 5.0), int(rng.choice((1, 1, 1, 2)))
    lean = rng.normal(0, 0.015)
    height, width = paper.shape
    printed = np.zeros(paper.shape, np.uint8)
    for y in np.arange(rng.uniform(0, step), height + width * abs(lean), step):
        rule(printed, (0, y), (width, y + lean * width), thickness)
    if squared:
        for x in np.arange(rng.uniform(0, step), width + height * abs(lean), step):
            rule(printed, (x, 0), (x - lean * height, height), thickness)
    paper *= 1 - strength * (printed / np.float32(255))


def rule(printed: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float], thickness: int) -> None:
    """Print a line between two points (x, y), in pixels."""
    first, last = (tuple(round(coordinate * 8) for coordinate in point) for point in (start, end))
    cv2.line(printed, first, last, 255, thickness, cv2.LINE_AA, 3)


def waves(rng: np.random.Generator, paper: Light, letter: float, strength: float) -> None:
    """Print families of waves like those that protect cheques against copying."""
    for _ in range(rng.integers(1, 4)):
        step = max(letter * rng.uniform(0.08, 0.35), 2.5)
        turn = rng.uniform(-0.6, 0.6) + (math.pi / 2 if rng.random() < 0.25 else 0)
        long, reach = letter * rng.uniform(0.5, 4), rng.uniform(0, 3) * step
        lines = _waving(paper.shape, turn, step, (long, reach, rng.uniform(0, 7)), rng.uniform(0.7, 1.3))
        paper *= 1 - strength * lines * rng.uniform(0.5, 1)


def _waving(shape: tuple[int, ...], turn: float, step: float, wave: tuple[float, float, float], thin: float) -> Light:
    """Return a family of parallel lines, each a wave of some length, height and phase; `thin` is half a line."""
    y, x = np.indices(shape, np.float32)
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    long, reach, phase = wave
    bend = reach * np.sin(along * (2 * math.pi / long) + phase)
    return np.asarray(np.clip(1 - np.abs(((across + bend) / step) % 1 - 0.5) * step / thin, 0, 1), np.float32)


def net(rng: np.random.Generator, paper: Light, letter: float, strength: float) -> None:
    """Print two families of fine lines that cross, or only the dots where they do, as cheques have."""
    step, turn = max(letter * rng.uniform(0.08, 0.3), 2.5), rng.uniform(0.2, 1.2)
    thin, long, reach = rng.uniform(0.6, 1.1), letter * rng.uniform(0.6, 4), rng.uniform(0, 1.5) * step
    lean = rng.uniform(-0.4, 0.4)
    first, second = (
        _waving(paper.shape, lean + side, step, (long, reach, rng.uniform(0, 7)), thin) for side in (-turn, turn)
    )
    paper *= 1 - strength * (np.sqrt(first * second) if rng.random() < 0.3 else np.maximum(first, second))


def clouds(rng: np.random.Generator, paper: Light, letter: float, strength: float) -> None:
    """Add stains and unevenness at one or two scales."""
    for _ in range(rng.integers(1, 3)):
        coarse = max(2, round(max(paper.shape) / (letter * rng.uniform(0.1, 1.5))))
        spots = rng.random((max(2, coarse * paper.shape[0] // max(paper.shape)), coarse), np.float32)
        paper *= 1 - strength * cv2.resize(spots, paper.shape[::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1)


def _frame(rng: np.random.Generator, paper: Light, letter: float) -> None:
    """Print the box of a form field, or the line under an amount."""
    height, width = paper.shape
    printed = np.zeros(paper.shape, np.uint8)
    thickness = int(rng.choice((1, 1, 2, 3)))
    if rng.random() < 0.5:
        y = rng.uniform(0.6, 1.0) * height
        rule(printed, (0, y), (width, y + rng.normal(0, 0.02) * width), thickness)
    else:
        inset = rng.uniform(0, 0.5 * letter, 4)
        _outline(printed, inset[0], inset[1] / 2, width - inset[2], height - inset[3] / 2, thickness)
    paper *= 1 - rng.uniform(0.15, 0.8) * (printed / np.float32(255))


def _outline(
    printed: NDArray[np.uint8], left: float, top: float, right: float, bottom: float, thickness: int
) -> None:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    for start, end in pairwise(corners):
        rule(printed, start, end, thickness)


def falling_light(rng: np.random.Generator, height: int, width: int) -> Light:
    """Make the light fall off to one side, or cast a shadow across the page."""
    light = np.ones((height, width), np.float32)
    if rng.random() < 0.4:
        y, x = np.indices(light.shape, np.float32) / max(height, width)
        turn = rng.uniform(0, 2 * math.pi)
        light -= rng.uniform(0.05, 0.4) * (0.5 + (x - 0.5) * math.cos(turn) + (y - 0.2) * math.sin(turn)).clip(0, 1)
        if rng.random() < 0.3:
            edge = x * math.cos(turn + 1) + y * math.sin(turn + 1) - rng.uniform(0.1, 0.6)
            light *= 1 - rng.uniform(0.1, 0.4) * (0.5 + edge * rng.uniform(5, 50)).clip(0, 1)
    return light


@dataclass(frozen=True)
class Paper:
    """The paper under a line of writing; lengths in pixels."""

    kind: str  # "bare", "ruled", "squared", "waves", "net" or "clouds"
    # "", "line" (under the writing), "through" (across it, at any height), "box" (around it), "columns" (a
    # table's, on one side or both), "log" (a cell of a log, its rows often dotted and through the digits' feet),
    # "comb" (a cell for each character) or "cell" (a square around it)
    frame: str
    pitch: float  # the distance between the cells of a comb
    x: float  # the left edge of the first character's cell
    y: float  # the line of writing
    letter: float  # the height of a digit
    ink: float  # how dark the ink will be, from 0 to 1, so that print does not hide it


def paper_light(
    rng: np.random.Generator, paper: Paper, shape: tuple[int, ...], boxes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the fraction of light that the paper reflects: float32 (h, w)."""
    light, letter = np.ones(shape, np.float32), paper.letter
    strength = by_magnitude(rng, 0.08, 0.75) * paper.ink
    _print_paper(rng, paper.kind, light, letter, strength)
    if paper.frame:
        _framed(rng, light, paper, boxes)
    if rng.random() < 0.6:
        light *= falling_light(rng, *shape)
    return light


def _framed(rng: np.random.Generator, light: NDArray[np.float32], paper: Paper, boxes: NDArray[np.float32]) -> None:
    printed = np.zeros(light.shape, np.uint8)
    thickness, letter = int(rng.choice((1, 1, 2, max(1, round(paper.letter / 14))))), paper.letter
    height, width = light.shape
    low, high = (boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)) if len(boxes) else (
        np.array([0.2 * width, 0.2 * height]), np.array([0.8 * width, 0.8 * height]))  # fmt: skip
    lean = rng.normal(0, 0.01)

    def line(start: tuple[float, float], end: tuple[float, float]) -> None:
        rule(printed, start, end, thickness)

    def rows(y: float, step: float) -> None:
        for row in (y - step, y, y + step):
            line((0, row), (width, row + lean * width))

    if paper.frame == "line":
        for _ in range(int(rng.choice((1, 1, 2)))):
            y = paper.y + rng.uniform(-0.15, 0.5) * letter
            start = 0.0 if rng.random() < 0.6 else low[0] - rng.uniform(0, 1) * letter
            end = width if rng.random() < 0.6 else high[0] + rng.uniform(0, 1) * letter
            line((start, y), (end, y + lean * width))
    elif paper.frame == "through":
        # thinner than a pen that crosses digits out, and from edge to edge
        thickness, y = 1, paper.y - rng.uniform(-0.2, 1.2) * letter
        line((0, y), (width, y + lean * width))
    elif paper.frame == "columns":
        for x, side in ((low[0], -1), (high[0], 1)):
            if rng.random() < 0.75:
                edge = x + side * rng.uniform(-0.05, 0.6) * letter
                for move in (0.0, rng.uniform(0.06, 0.15) * letter) if rng.random() < 0.3 else (0.0,):
                    line((edge + side * move, 0), (edge + side * move + lean * height, height))
        if rng.random() < 0.5:  # also draw rows
            rows(paper.y + rng.uniform(0.0, 0.5) * letter, rng.uniform(1.2, 2.2) * letter)
    elif paper.frame == "log":
        rows(paper.y + rng.uniform(-0.4, 0.35) * letter, rng.uniform(1.3, 2.4) * letter)
        printed = _dashed(rng, printed, letter) if rng.random() < 0.75 else printed
        thickness = max(1, round(by_magnitude(rng, 0.03, 0.2) * letter))
        for x, side in ((low[0], -1), (high[0], 1)):
            if rng.random() < 0.6:
                edge = x + side * rng.uniform(0.05, 0.9) * letter
                line((edge, 0), (edge - lean * height, height))
        if rng.random() < 0.25:
            line((0, low[1] - rng.uniform(0, 0.4) * letter), (width, low[1] - rng.uniform(0, 0.4) * letter))
    elif paper.frame in ("box", "cell"):
        near = 0.1 if paper.frame == "cell" else -0.1
        around = rng.uniform(near, 0.8, 4) * letter
        left, top, right, bottom = low[0] - around[0], low[1] - around[1], high[0] + around[2], high[1] + around[3]
        if paper.frame == "cell":  # make it square
            side = max(right - left, bottom - top)
            left, top = (left + right - side) / 2, (top + bottom - side) / 2
            right, bottom = left + side, top + side
        _outline(printed, left, top, right, bottom, thickness)
        if paper.frame == "box" and rng.random() < 0.25:  # the table's column continues
            line((left, 0), (left, height))
            line((right, 0), (right, height))
    elif paper.frame == "comb":
        count = round((high[0] - paper.x) / paper.pitch + 0.5) + int(rng.integers(0, 3))
        top, bottom = paper.y - rng.uniform(1.05, 1.5) * letter, paper.y + rng.uniform(0.05, 0.4) * letter
        teeth = top if rng.random() < 0.7 else bottom - rng.uniform(0.2, 0.5) * letter
        gap = rng.uniform(0.05, 0.2) * paper.pitch if rng.random() < 0.3 else 0.0
        for index in range(count + 1):
            x = paper.x + index * paper.pitch
            for edge_of_cell in (x - gap, x + gap) if gap else (x,):
                line((edge_of_cell, teeth), (edge_of_cell + rng.normal(0, 0.2), bottom))
        line((paper.x, bottom), (paper.x + count * paper.pitch, bottom))
        if teeth == top:
            line((paper.x, top), (paper.x + count * paper.pitch, top))
    if paper.frame in ("line", "through", "columns", "box") and rng.random() < _DASHED:
        printed = _dashed(rng, printed, letter)
    light *= 1 - rng.uniform(0.12, 0.85) * (printed.astype(np.float32) * np.float32(1 / 255))


def _dashed(rng: np.random.Generator, printed: NDArray[np.uint8], letter: float) -> NDArray[np.uint8]:
    """Leave dashes or dots of printed lines."""
    y, x = np.indices(printed.shape, np.float32)
    step = max(3.0, by_magnitude(rng, 0.06, 0.6) * letter)
    seen = ((x + y) / np.float32(step) + np.float32(rng.random())) % 1 < rng.uniform(0.25, 0.75)
    return np.asarray(np.where(seen, printed, 0), np.uint8)


def print_word(rng: np.random.Generator, height: int) -> list[Ink]:
    """Print a word's letters, uint8 (h, w) each, with their bottom edges on one line."""
    word = str(rng.choice(_WORDS))
    font = int(rng.integers(len(fonts())))
    return [_letter(letter, font, min(height, 60)) for letter in word]


@cache
def _letter(letter: str, font: int, height: int) -> Ink:
    face = typeface(font, height)
    left, top, right, _ = face.getbbox(letter, anchor="ls")
    board = Image.new("L", (max(2, int(right - left)), max(2, int(-top))))
    ImageDraw.Draw(board).text((-left, int(-top)), letter, 255, face, anchor="ls")
    return np.asarray(board, np.uint8)


Boxes = NDArray[np.float32]

_MIN_HEIGHT = 11  # the minimum height of a digit in a photo, in pixels
_MAX_MOVE = 0.5  # the largest movement of a corner of a page seen at an angle, as a multiple of that height
_MAX_BLUR = 0.05  # as a fraction of that height: the maximum blur of a lens in focus
# fraction of photos that are out of focus or enlarged from few pixels, and their blur as a fraction of that height:
# cells of photographed puzzles are as soft, and half of those misread were read once they were sharpened
_UNFOCUSED, _SOFT = 0.25, (0.04, 0.11)
_DASHED = 0.25  # fraction of printed lines that are dashed or dotted
_BLACK_AND_WHITE = 0.3  # fraction of scans that are, as archives keep them


def tilted(
    rng: np.random.Generator, light: NDArray[np.float32], boxes: Boxes, letter: float
) -> tuple[NDArray[np.float32], Boxes]:
    """View a page, float32 (h, w), with boxes (k, 4) at an angle: it is rotated and its far edge is shorter."""
    height, width = light.shape
    corners = Box(0, 0, width, height).corners.astype(np.float32)
    turned = rotation(rng.normal(0, 0.03))
    middle = np.array([width / 2, height / 2])
    moved = (corners - middle) @ turned.T + middle + rng.uniform(-_MAX_MOVE, _MAX_MOVE, (4, 2)) * letter
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    warped = cv2.warpPerspective(light, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    if not len(boxes):
        return np.asarray(warped, np.float32), boxes
    x, y, w, h = boxes.T
    points = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], axis=1).reshape(-1, 1, 2)
    carried = cv2.perspectiveTransform(points.astype(np.float32), matrix).reshape(-1, 4, 2)
    low, high = carried.min(axis=1), carried.max(axis=1)
    return np.asarray(warped, np.float32), np.concatenate([low, high - low], axis=1)


def photograph(rng: np.random.Generator, light: NDArray[np.float32], letter: float, photo: bool) -> NDArray[np.uint8]:
    """Take a picture of a page, float32 (h, w) in [0, 1]: uint8 (h, w) with writing still large enough to read."""
    if rng.random() < (0.5 if photo else 0.25):
        light = _coarser(light, min(1.0, max(rng.uniform(0.45, 0.95), _MIN_HEIGHT / letter)))
    if rng.random() < (0.5 if photo else 0.3):
        deviation = min(rng.uniform(0.3, 1.3 if photo else 0.9), _MAX_BLUR * letter)
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), deviation), np.float32)
    if photo and rng.random() < _UNFOCUSED:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), by_magnitude(rng, *_SOFT) * letter), np.float32)
    if photo and rng.random() < 0.1:  # motion blur
        length, turn = int(rng.integers(3, 6)), rng.uniform(0, math.pi)
        kernel = np.zeros((length, length), np.float32)
        reach = (length - 1) / 2
        end = np.array([math.cos(turn), math.sin(turn)]) * reach
        for part in np.linspace(-1, 1, 2 * length):
            kernel[round(reach + part * end[1]), round(reach + part * end[0])] = 1
        light = np.asarray(cv2.filter2D(light, -1, kernel / kernel.sum()), np.float32)
    if not photo and rng.random() < _BLACK_AND_WHITE:
        light = _black_and_white(rng, light, letter)
    bright = rng.uniform(110, 255) if photo else rng.uniform(170, 256)
    grey = light * np.float32(bright) + np.float32(rng.uniform(0, 12))
    if rng.random() < 0.6:
        noise = np.zeros(grey.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(1 << 30)))
        deviation = rng.uniform(0.5, 9 if photo else 5)
        cv2.randn(noise, np.zeros(1), np.array([deviation * 16]))
        grey += noise * np.float32(1 / 16)
    picture = np.asarray(np.clip(grey, 0, 255), np.uint8)
    if rng.random() < (0.5 if photo else 0.15):
        picture = compressed(picture, int(rng.integers(25, 90)))
    return 255 - picture if rng.random() < 0.08 else picture


def _coarser(light: Light, scale: float) -> Light:
    """Shrink a picture and enlarge it again, as a camera with few pixels does."""
    small = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, light.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def compressed(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Return a picture, uint8 (h, w), as it is after JPEG compression with a quality from 0 to 100."""
    _, file = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)


def _black_and_white(rng: np.random.Generator, light: Light, letter: float) -> Light:
    """Call black what is darker than the paper around it by a part of the ink's contrast, and leave specks."""
    paper = cv2.blur(light, (2 * round(1.5 * letter) + 1,) * 2)
    darker = paper - light + rng.normal(0, 0.02, light.shape).astype(np.float32)
    black = darker > rng.uniform(0.25, 0.6) * np.quantile(darker, 0.995)
    for specks in (True, False):
        side = max(1, round(by_magnitude(rng, 0.02, 0.1) * letter))
        coarse = rng.random((light.shape[0] // side + 1, light.shape[1] // side + 1)) < by_magnitude(rng, 1e-4, 0.01)
        black[cv2.resize(coarse.astype(np.uint8), light.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0] = specks
    scan = np.where(black, np.float32(rng.uniform(0, 0.2)), np.float32(1))
    if rng.random() < 0.5:
        scan = cv2.GaussianBlur(scan, (0, 0), rng.uniform(0.3, 0.9))
    return np.asarray(scan, np.float32)


def photographed(rng: np.random.Generator, paper: NDArray[np.float32], ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Put ink on paper, float32 (h, w) each, and view both through a camera or scanner: uint8 (h, w)."""
    darkness = rng.uniform(0.35, 1.0)
    if rng.random() < 0.3:  # a pencil or a dry pen leaves gaps
        grain = rng.random(ink.shape, np.float32)
        ink = ink * (1 - rng.uniform(0.1, 0.5) * grain)
    light = paper * (1 - darkness * ink)
    if rng.random() < 0.3:
        light = _coarser(light, rng.uniform(0.5, 0.9))
    if rng.random() < 0.4:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.1)), np.float32)
    grey = light * rng.uniform(120, 255)
    if rng.random() < 0.6:
        grey += rng.standard_normal(grey.shape, np.float32) * rng.uniform(0.5, 9)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def cut_close(
    rng: np.random.Generator, grey: NDArray[np.uint8], ink: NDArray[np.float32], letter: float
) -> NDArray[np.uint8]:
    """Crop a picture close to its ink and extend the rim outwards, as readers do before they detect: uint8 (h, w)."""
    x, y, wide, high = ink_box(ink, COVERED)
    if not wide:
        return grey
    rims = rng.uniform(0, 0.25, 4) * letter
    left, top = max(0, round(x - rims[0])), max(0, round(y - rims[1]))
    right, bottom = min(grey.shape[1], round(x + wide + rims[2])), min(grey.shape[0], round(y + high + rims[3]))
    around = (top, grey.shape[0] - bottom, left, grey.shape[1] - right)
    return np.asarray(cv2.copyMakeBorder(grey[top:bottom, left:right], *around, cv2.BORDER_REPLICATE), np.uint8)
