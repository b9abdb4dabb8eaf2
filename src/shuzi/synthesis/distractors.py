"""A random generator becomes distractors: points, dashes, letters, scribbles and shapes for a reader to reject.

Everything is drawn by code. Letters that are handwritten like a digit (O, I, S, Z, g, ...) are left out. A network
that has seen only a few alphabets takes letters of others for digits: pseudo-letters of no real script, no two alike,
force it to learn what digits look like (for strokes and how they connect, see Lake et al., 2015).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shuzi.ink.paper import resize
from shuzi.synthesis.pen import COVERED, Coverage, draw, lay, ring, rotation, thinned, tight

_TURNS = [math.tau * tenth / 10 for tenth in range(11)]

Points = NDArray[np.float64]
Stroke = tuple[tuple[float, float], ...]


def _level(y: float, left: float, right: float) -> Stroke:
    return (left, y), (right, y)


def _upright(x: float, top: float, bottom: float) -> Stroke:
    return (x, top), (x, bottom)


SIGNS: Mapping[str, tuple[Stroke, ...]] = {
    "¥": (((0, 0), (0.3, 0.45), (0.6, 0)), _upright(0.3, 0.45, 1), _level(0.55, 0.05, 0.55),
          _level(0.75, 0.05, 0.55)),
    "€": (((0.65, 0.1), (0.45, 0), (0.2, 0.2), (0.15, 0.5), (0.2, 0.8), (0.45, 1), (0.65, 0.9)),
          _level(0.4, 0, 0.5), _level(0.6, 0, 0.45)),
    "£": (((0.6, 0.15), (0.45, 0), (0.25, 0.1), (0.25, 0.5), (0.2, 0.85), (0.05, 1), (0.65, 0.95)),
          _level(0.5, 0.05, 0.5)),
    "✓": (((0, 0.6), (0.25, 1), (0.9, 0)),),
    "×": (((0, 0.35), (0.5, 0.9)), ((0.5, 0.35), (0, 0.9))),
    "°": (tuple((0.14 - 0.14 * math.sin(turn), 0.125 - 0.125 * math.cos(turn)) for turn in _TURNS),),
    "年": (((0.3, 0), (0.05, 0.3)), _level(0.18, 0.25, 0.85), _upright(0.25, 0.18, 0.62), _level(0.4, 0.25, 0.8),
          _level(0.63, 0, 1), _upright(0.55, 0.18, 1)),
    "月": (((0.15, 0), (0.15, 0.6), (0, 1)), ((0.15, 0), (0.65, 0), (0.65, 0.95), (0.5, 0.9)),
          _level(0.3, 0.15, 0.65), _level(0.58, 0.15, 0.65)),
    "日": (_upright(0, 0, 1), ((0, 0), (0.6, 0), (0.6, 1)), _level(0.48, 0, 0.6), _level(0.95, 0, 0.6)),
    "元": (_level(0.05, 0.2, 0.75), _level(0.35, 0, 0.95), ((0.35, 0.35), (0.3, 0.7), (0, 1)),
          ((0.6, 0.35), (0.6, 0.9), (0.75, 0.98), (1, 0.9), (1, 0.75))),
    ".": (((0, 0), (0.03, 0.02)),),
    ",": (((0.08, 0), (0.08, 0.1), (0, 0.25)),),
    "-": (_level(0, 0, 0.45),),
    "/": (((0.5, 0), (0, 1.5)),),
    ":": (((0, 0), (0.01, 0.02)), ((0, 0.45), (0.01, 0.47))),
}  # fmt: skip
"""Strokes in a box 1 high, y downwards."""

_HOW_MANY = (0.14, 0.3, 0.3, 0.18, 0.08)  # probability of one stroke, two, three, ...
_ON_ANOTHER = 0.65  # fraction of strokes that start on an earlier one
_AT_AN_END = 0.5  # fraction of those that start at one of its ends
_UPRIGHT = 0.6  # fraction of straight strokes that are horizontal, vertical or at 45 degrees
_SHAKE = 0.02  # of the character's height: standard deviation of the hand's errors
_MIN_WIDTH = 0.3  # minimum ratio of width to length along the principal axes; a narrower character could be a 1

_OFTEN = (0.36, 0.16, 0.22, 0.16, 0.07, 0.03)  # probabilities of `_KINDS`

_BOARD = 96  # pixels of the square on which a distractor is drawn before it is scaled
_RIM = 14  # pixels of it that are left free on each side
_MAX_PEN = 14.0  # pixels on the board; a broader pen fills in what distinguishes a letter from a digit
_LETTERS = "AACEFHHKKLMMNNPRTUVWWXXacdefhkmmnprtuvwwx#$%&@*+=?!<>"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
_NOT_MIRRORED = (0, 1, 2, 5, 8)  # still digits when mirrored
_NOT_TURNED = (0, 1)
CURVED = (2, 3, 5, 6, 8, 9)
"""Digits that are none once struck through or halved: others are written with a bar, or have half a 1 or a 7."""

# a letter listed twice is printed twice as often: it looks more like a digit, or appears more often beside digits
_PRINTED = "AABBCCCDDDEEFFGGGHHJJJKKLMMNNPQQRRTTUUVWWXXYadefhkmnprtuvwxy&@#%$?+=<>"
_GREEK = "αβγεηκλμνξπτυφχψωΓΔΛΞΠΣΥΦΨΩ"
_CYRILLIC = "ГДЖИЙЛПФЦШЩЫЮЯвджилпфцшщыюяЂЄЉЊЋ"
_OTHERS = "ԱԲԵԸԺԽԾԿՃՊՋՖաբեժխկձճպֆאחטכמנצקשתℵ∀∃∇∑∏√∞⊕⊗≠≈∩∪∧∨⊥"


def small_distractor(rng: np.random.Generator, height: int, pen: float, alone: bool = False) -> Coverage:
    """Draw a point, comma, dash, slash or the like: float32 (h, w); alone no slash, which could be a 1."""
    kind = rng.integers(5 if alone else 6)
    if kind == 0:  # a point
        # a line of length 0, one pixel wide, leaves hardly any ink
        points, pen = [(0.0, 0.0), (0.01, 0.01)], max(1.5, pen * rng.uniform(1, 1.8))
    elif kind == 1:  # a comma
        points = [(0.0, 0.0), (-rng.uniform(0.05, 0.15), rng.uniform(0.12, 0.3))]
    elif kind in (2, 3):  # a dash
        points = [(0.0, 0.0), (rng.uniform(0.25, 1.2), rng.uniform(-0.08, 0.08))]
    elif kind == 4:  # a tick
        points = [(0.0, 0.0), (0.15, rng.uniform(0.05, 0.2)), (0.4, -rng.uniform(0.1, 0.4))]
    else:  # a long slash
        points = [(0.0, 0.0), (rng.uniform(0.3, 0.6), -rng.uniform(0.9, 1.3))]
    line = np.array(points) * height
    return _line(line - line.min(axis=0), pen)


def glyph(rng: np.random.Generator, height: int, pen: float, digits: Callable[[], tuple[int, Coverage]]) -> Coverage:
    """Draw something as high as a digit that is none, such as a spoilt one of `digits`: float32 (h, w)."""
    kind, pen_on_board = rng.random(), pen * _BOARD / height
    if kind < 0.06:
        board = _letter(rng, pen_on_board)
    elif kind < 0.36:
        board = _printed(rng, pen_on_board)
    elif kind < 0.74:
        board = _character(rng, pen_on_board)
    elif kind < 0.79:
        board = _shape(rng, pen_on_board)
    else:
        board = _spoilt(rng, digits, pen_on_board)
    return _sized(_warped(rng, board), height)


def pseudo_letter(rng: np.random.Generator) -> list[Points]:
    """Invent a character of no real script: its strokes, float64 (n, 2), from 0 to 1 along the longer side."""
    while True:
        count = 1 + int(rng.choice(len(_HOW_MANY), p=_HOW_MANY))
        strokes: list[Points] = []
        for _ in range(count):
            stroke = _winding(rng) if count == 1 else _KINDS[int(rng.choice(len(_KINDS), p=_OFTEN))](rng)
            strokes.append(stroke - stroke[0] + _beginning(rng, strokes))
        points = np.concatenate(strokes)
        thin, long = np.linalg.eigvalsh(np.cov(points.T))
        if thin >= _MIN_WIDTH**2 * long:
            low = points.min(axis=0)
            return [(stroke - low) / np.ptp(points, axis=0).max() for stroke in strokes]


def _beginning(rng: np.random.Generator, strokes: list[Points]) -> Points:
    """Choose a starting point, on an earlier stroke or anywhere."""
    if not strokes or rng.random() >= _ON_ANOTHER:
        return np.asarray(rng.uniform(0, 1, 2))
    stroke = strokes[int(rng.integers(len(strokes)))]
    if rng.random() < _AT_AN_END:
        return np.asarray(stroke[0 if rng.random() < 0.5 else -1])
    return np.asarray(stroke[int(rng.integers(len(stroke)))])


def _straight(rng: np.random.Generator) -> Points:
    turn = rng.integers(8) * math.pi / 4 + rng.normal(0, 0.1) if rng.random() < _UPRIGHT else rng.uniform(0, 7)
    reach = rng.uniform(0.25, 1.0)
    return _through(rng, np.array([[0, 0], [math.cos(turn) * reach, math.sin(turn) * reach]]), smooth=True)


def _angular(rng: np.random.Generator) -> Points:
    """Turn sharply one or more times, as in L, Z, N or W."""
    return _through(rng, _walk(rng, int(rng.integers(2, 5)), (0.9, 2.6)), smooth=False)


def _curved(rng: np.random.Generator) -> Points:
    return _through(rng, _walk(rng, int(rng.integers(2, 5)), (0.3, 1.8)), smooth=True)


def _arc(rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 7) + np.linspace(0, rng.uniform(2, 6.8), 24) * rng.choice((-1, 1))
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.1, 0.5, 2)


def _ring(rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 7) + np.linspace(0, 2 * math.pi, 20)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.05, 0.2)


def _spiral(rng: np.random.Generator) -> Points:
    radius = np.linspace(0, 1, 40)[:: int(rng.choice((-1, 1)))]
    turn = rng.uniform(0, 7) + radius * rng.uniform(7, 14) * rng.choice((-1, 1))
    return np.stack([np.cos(turn), np.sin(turn)], axis=1) * (rng.uniform(0.2, 0.5, 2) * (0.15 + radius[:, None]))


def _winding(rng: np.random.Generator) -> Points:
    """Draw a whole character in one stroke, with more turns than a digit has."""
    kind = rng.random()
    if kind < 0.3:
        return _spiral(rng)
    return _through(rng, _walk(rng, int(rng.integers(5, 9)), (0.6, 2.4)), smooth=kind < 0.7)


def _walk(rng: np.random.Generator, count: int, turns: tuple[float, float]) -> Points:
    """Take steps of different lengths, turning left or right between them."""
    turn = np.cumsum([rng.uniform(0, 7), *(rng.uniform(*turns, count - 1) * rng.choice((-1, 1), count - 1))])
    steps = np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.25, 0.8, (count, 1))
    return np.vstack([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def _through(rng: np.random.Generator, corners: Points, smooth: bool) -> Points:
    """Draw a slightly shaky line through points, smoothed by Chaikin's (1974) corner cutting if `smooth`."""
    middles = (corners[1:] + corners[:-1]) / 2
    line = np.insert(corners, np.arange(1, len(corners)), middles, axis=0) + rng.normal(0, _SHAKE, 2)
    line = line + rng.normal(0, _SHAKE, line.shape)
    for _ in range(3 if smooth else 0):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.vstack([line[:1], np.stack([near, far], axis=1).reshape(-1, 2), line[-1:]])
    return line


_KINDS: tuple[Callable[[np.random.Generator], Points], ...] = (_straight, _angular, _curved, _arc, _ring, _spiral)


def _letter(rng: np.random.Generator, pen: float) -> Coverage:
    text, font = str(rng.choice(list(_LETTERS))), int(rng.choice(_FONTS))
    thickness = int(np.clip(pen * (1 if rng.random() < 0.7 else rng.uniform(1, 5)), 1, 30))
    (width, height), below = cv2.getTextSize(text, font, 1, 1)
    scale = (_BOARD - 2 * _RIM) / max(width, height)
    board = np.zeros((_BOARD, _BOARD), np.uint8)
    corner = (int(_BOARD / 2 - width * scale / 2), int(_BOARD / 2 + height * scale / 2 - below * scale / 4))
    cv2.putText(board, text, corner, font, scale, 255, thickness, cv2.LINE_AA)
    return np.asarray(board, np.float32) / np.float32(255)


def _printed(rng: np.random.Generator, pen: float) -> Coverage:
    """Print a letter, or trace its strokes with a pen; letters that could be digits are left out."""
    alphabet = str(rng.choice((_PRINTED, _GREEK, _CYRILLIC, _OTHERS), p=(0.55, 0.2, 0.15, 0.1)))
    letter, font = alphabet[int(rng.integers(len(alphabet)))], int(rng.integers(len(fonts())))
    if rng.random() < 0.4:
        return _ornate(rng, _type(letter, font))
    return np.asarray(np.clip(pen / 2 + 0.5 - _away_from_lines(letter, font), 0, 1), np.float32)


def _type(letter: str, font: int) -> Coverage:
    """Print a letter in a font, or in the first font if that one lacks it."""
    path = fonts()[font]
    if not _holds(path, letter):
        path = fonts()[0]
    board = Image.new("L", (_BOARD, _BOARD))
    pen = ImageDraw.Draw(board)
    pen.text((_BOARD / 2, _BOARD / 2), letter, 255, ImageFont.truetype(path, _BOARD - 2 * _RIM), anchor="mm")
    return np.asarray(board, np.float32) / np.float32(255)


def _ornate(rng: np.random.Generator, board: Coverage) -> Coverage:
    """Make a letter bolder, lighter, hollow, striped or shaded, as in advertisements, or leave it as it is."""
    kind = rng.random()
    if kind < 0.5:
        return board
    wide = np.ones((int(rng.integers(2, 10)), int(rng.integers(2, 10))), np.uint8)
    if kind < 0.65:
        return np.asarray(cv2.dilate(board, wide), np.float32)
    if kind < 0.72:
        return np.asarray(cv2.erode(board, np.ones((2, 2), np.uint8)), np.float32)
    if kind < 0.84:
        return np.asarray(cv2.dilate(board, np.ones((5, 5), np.uint8)) - board, np.float32)
    if kind < 0.92:
        y, x = np.indices(board.shape)
        turn, step = rng.uniform(0, math.pi), rng.uniform(4, 16)
        stripes = (x * math.cos(turn) + y * math.sin(turn)) % step < step * rng.uniform(0.4, 0.8)
        return np.asarray(board * stripes, np.float32)
    shadow = np.roll(board, tuple(rng.integers(2, 8, 2)), axis=(0, 1))
    return np.asarray(np.maximum(board, shadow * (cv2.dilate(board, np.ones((3, 3), np.uint8)) < 0.5)), np.float32)


@cache
def _away_from_lines(letter: str, font: int) -> Coverage:
    """Return the distance of each pixel from the centre line of the letter's strokes, in pixels."""
    line = thinned(_type(letter, font)[None] > 0.5)[0]
    return np.asarray(cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


@cache
def fonts() -> list[Path]:
    """Return the fonts that come with matplotlib; the first has all the letters printed here."""
    import matplotlib as mpl  # imported here: it takes most of a second, which other runs need not spend

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    names = sorted(path for path in folder.glob("*.ttf") if path.name.startswith(("DejaVuS", "STIXGeneral")))
    return sorted(
        (path for path in names if "Display" not in path.name), key=lambda path: path.name != "DejaVuSans.ttf"
    )


@cache
def typeface(font: int, height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return one of `fonts`, or after the last the one of Pillow, with digits about `height` pixels high."""
    size = round(height * 1.35)
    return ImageFont.truetype(fonts()[font], size) if font < len(fonts()) else ImageFont.load_default(size)


@cache
def _holds(path: Path, letter: str) -> bool:
    from matplotlib.font_manager import get_font

    return get_font(str(path)).get_char_index(ord(letter)) != 0


def _character(rng: np.random.Generator, pen: float) -> Coverage:
    """Draw a pseudo-letter."""
    board = np.zeros((_BOARD, _BOARD), np.float32)
    for stroke in pseudo_letter(rng):
        draw(board, _RIM + stroke * (_BOARD - 2 * _RIM), min(pen, _MAX_PEN))
    return board


def _shape(rng: np.random.Generator, pen: float) -> Coverage:
    """Draw a box, a triangle, a filled blob or a scribble."""
    board, middle = np.zeros((_BOARD, _BOARD), np.float32), _BOARD / 2
    kind = rng.integers(3)
    if kind == 0:
        count = int(rng.integers(3, 7))
        turn = (
            np.sort(rng.uniform(0, 2 * math.pi, count)) if count > 4 else np.arange(count + 1) * 2 * math.pi / count
        )
        points = middle + np.stack([np.cos(turn), np.sin(turn)], 1) * rng.uniform(0.2, 0.36) * _BOARD
        if rng.random() < 0.5:
            cv2.fillPoly(board, [np.rint(points).astype(np.int32)], 1.0, cv2.LINE_AA)
        else:
            draw(board, np.vstack([points, points[:1]]), pen)
    elif kind == 1:
        draw(board, np.cumsum(rng.normal(0, 12, (20, 2)), axis=0) % (_BOARD - 2 * _RIM) + _RIM, pen)
    else:
        for _ in range(rng.integers(1, 5)):
            spot, axes = rng.uniform(_RIM * 2, _BOARD - _RIM * 2, 2), rng.uniform(5, 28, 2)
            ring(board, spot, axes, rng.uniform(0, 180), 360, 1.0, -1)
    return board


def _spoilt(rng: np.random.Generator, digits: Callable[[], tuple[int, Coverage]], pen: float) -> Coverage:
    """Mirror or rotate a digit, strike it through, join halves of two, or write one over another."""
    kind, (label, ink) = rng.random(), digits()
    first = _on_board(ink)
    if kind < 0.25 and label not in _NOT_MIRRORED:
        return first[:, ::-1]
    if kind < 0.5 and label not in _NOT_TURNED:
        return np.rot90(first, int(rng.choice((1, 3))))
    if kind < 0.7 and label in CURVED:
        for _ in range(rng.integers(1, 3)):
            draw(first, rng.uniform(_RIM / 2, _BOARD - _RIM / 2, (2, 2)), pen)
        return first
    second = _on_board(digits()[1])
    if rng.random() < 0.5:
        return np.maximum(first, np.roll(second, int(rng.integers(-12, 12)), axis=1))
    cut = int(_BOARD * rng.uniform(0.4, 0.6))
    return np.vstack([first[:cut][::-1], second[cut:][::-1]])


def _on_board(ink: Coverage) -> Coverage:
    board, sized = np.zeros((_BOARD, _BOARD), np.float32), _sized(ink, _BOARD - 2 * _RIM)
    top, left = ((_BOARD - side) // 2 for side in sized.shape)
    lay(board, sized, left, top)
    return board


def _warped(rng: np.random.Generator, board: Coverage) -> Coverage:
    """Slant, stretch and rotate slightly, as a hand does."""
    middle = _BOARD / 2
    matrix = rotation(rng.normal(0, 0.12))
    matrix = matrix @ np.array([[1, rng.normal(0, 0.15)], [0, 1]]) @ np.diag(np.exp(rng.normal(0, 0.15, 2)))
    whole = np.column_stack([matrix, middle - matrix @ (middle, middle)])
    return np.asarray(cv2.warpAffine(board, whole, (_BOARD, _BOARD), flags=cv2.INTER_LINEAR), np.float32)


def _sized(ink: Coverage, height: float) -> Coverage:
    """Crop to the ink and scale the longer side to `height`."""
    ink = tight(ink, COVERED)
    return resize(ink, height / max(ink.shape), min_side=2) if ink.size else np.zeros((2, 2), np.float32)


def _line(points: NDArray[np.float64], pen: float) -> Coverage:
    """Draw a line on an array just large enough for it."""
    rim = math.ceil(pen / 2) + 1
    wide, high = np.ceil(points.max(axis=0)).astype(int) + 2 * rim
    background = np.zeros((int(high), int(wide)), np.float32)
    draw(background, points + rim, pen)
    return background
