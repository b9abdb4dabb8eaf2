"""A picture's path becomes the text that another reader sees in it.

    python benchmarks/rivals.py rapidocr    # answers each path on standard input with a line of JSON

The textbook reader is what a tutorial would build: a threshold, connected components, MNIST's normalisation, a
convolutional network. RapidOCR (PP-OCR's recogniser, from PyPI with its models) and Tesseract (Debian's
tesseract-ocr) read any text; only the digits in their output count. Each runs on one core.

RapidOCR needs other versions of libraries than shuzi, so it may have its own environment: this file needs nothing
from shuzi and is run there as a process that measures its own times.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MOST = 8  # components that the textbook reader takes for digits
SMALLEST = 0.5  # of the tallest component's height: smaller ones are specks
MARKS = " .,-"  # a text of digits may contain these
RIM = 0.25  # of a picture's height: Tesseract reads more with dark letters and a margin around them
ONE_LINE, ONE_CHARACTER = 7, 10  # Tesseract's page segmentation modes


class MissingRivalError(Exception):
    """A rival is not installed here."""


@dataclass(frozen=True)
class Answer:
    """A reader's answer for a picture.

    Parameters
    ----------
    text
        The digits, one line per line of writing.
    ok
        Whether it takes them for a number: a rival does if it returns only digits and marks between them.
    ms
        Milliseconds from the path to the answer.
    """

    text: str
    ok: bool
    ms: float


Rival = Callable[[Path], Answer]
Pieces = list[tuple[NDArray[np.uint8], tuple[int, int, int, int]]]


def second_reader(network: Path) -> Rival:
    """Make the textbook reader; `network` is the .onnx file written by `references.py textbook --to`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(network), sess_options=options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name

    def read(path: Path) -> str:
        images = [framed(ink) for ink, _ in connected(_opened(path))]
        if not images:
            return ""
        (output,) = session.run(None, {entry: np.stack(images).astype(np.float32)})
        return "".join(map(str, output.argmax(axis=1)))

    return _timed(read)


def connected(grey: NDArray[np.uint8]) -> Pieces:
    """Split a picture by Otsu's threshold into its largest components, from left to right, each with its box."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    white = np.where(grey > threshold, 255, 0).astype(np.uint8)
    light_paper = _rim(white).mean() > 127
    ink, strength = (255 - white, 255 - grey) if light_paper else (white, grey)
    count, places, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count == 1:
        return []
    tallest = stats[1:, cv2.CC_STAT_HEIGHT].max()
    large = [place for place in range(1, count) if stats[place, cv2.CC_STAT_HEIGHT] >= SMALLEST * tallest]
    large = sorted(large, key=lambda place: -stats[place, cv2.CC_STAT_AREA])[:MOST]
    pieces: Pieces = []
    for place in sorted(large, key=lambda place: stats[place, cv2.CC_STAT_LEFT]):
        x, y, width, height = map(int, stats[place, :4])
        window = slice(y, y + height), slice(x, x + width)
        pieces.append(
            (np.where(places[window] == place, strength[window], 0).astype(np.uint8), (x, y, width, height))
        )
    return pieces


def framed(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Normalise ink as in MNIST: 20x20 with the aspect ratio kept, centre of mass in the middle of 28x28."""
    height, width = ink.shape
    scale = 20 / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mass = cv2.moments(small)
    total = mass["m00"] or 1.0
    left = round(13.5 - mass["m10"] / total)
    top = round(13.5 - mass["m01"] / total)
    stretched = small.astype(np.float32) * (255 / max(1, int(small.max())))
    matrix = np.array([[1, 0, left], [0, 1, top]], np.float32)
    return np.asarray(cv2.warpAffine(stretched, matrix, (28, 28), flags=cv2.INTER_NEAREST), np.float32).astype(
        np.uint8
    )


def rapidocr(python: str | None = None) -> Rival:
    """Make RapidOCR's recogniser, in this process or in another Python where it is installed."""
    return _recogniser() if python is None else _in_process(python, "rapidocr")


def _recogniser() -> Rival:
    try:
        from rapidocr import RapidOCR
    except ImportError as problem:
        raise MissingRivalError("rapidocr is not installed (pip install rapidocr onnxruntime)") from problem

    threads = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}
    engine = RapidOCR(params={**threads, "Global.log_level": "critical"})

    def read(path: Path) -> str:
        found = engine(str(path), use_det=False, use_cls=False, use_rec=True)
        return "".join(found.txts or ())

    return _timed(read)


def tesseract(expecting: int = ONE_LINE) -> Rival:
    """Make Tesseract, restricted to digits; `expecting` is its page segmentation mode.

    It is called in this process, because starting its command takes longer than reading a picture.
    """
    name = ctypes.util.find_library("tesseract")
    if not name:
        raise MissingRivalError("Tesseract is not installed (apt-get install tesseract-ocr)")
    library: Any = ctypes.CDLL(name)
    library.TessBaseAPICreate.restype = ctypes.c_void_p
    library.TessBaseAPIGetUTF8Text.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.TessBaseAPICreate())
    if library.TessBaseAPIInit3(handle, None, b"eng"):
        raise MissingRivalError("Tesseract is installed without its English model")
    library.TessBaseAPISetVariable(handle, b"debug_file", b"/dev/null")
    library.TessBaseAPISetVariable(handle, b"tessedit_char_whitelist", b"0123456789")
    library.TessBaseAPISetPageSegMode(handle, expecting)

    def read(path: Path) -> str:
        grey = _opened(path)
        if np.median(_rim(grey)) < 128:
            grey = 255 - grey
        rim = max(10, round(RIM * grey.shape[0]))
        grey = np.pad(grey, rim, mode="edge")
        height, width = grey.shape
        library.TessBaseAPISetImage(handle, grey.tobytes(), width, height, 1, width)
        output = ctypes.c_void_p(library.TessBaseAPIGetUTF8Text(handle))
        text = ctypes.string_at(output).decode() if output else ""
        library.TessDeleteText(output)
        return text.strip()

    return _timed(read)


def _opened(path: Path) -> NDArray[np.uint8]:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise SystemExit(f"{path} is no picture that OpenCV opens")
    return np.asarray(grey, np.uint8)


def _rim(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _timed(read: Callable[[Path], str]) -> Rival:
    """Time a reader and extract the digits from its output."""

    def rival(path: Path) -> Answer:
        began = time.perf_counter()
        output = read(path)
        ms = (time.perf_counter() - began) * 1_000
        digits = "".join(each for each in output if each in "0123456789\n")
        return Answer(digits, bool(digits) and not set(output) - set(digits + MARKS), ms)

    return rival


def _in_process(python: str, name: str) -> Rival:
    """Call a rival that runs this file in another Python."""
    process = subprocess.Popen(
        [python, __file__, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )

    def rival(path: Path) -> Answer:
        if process.stdin is None or process.stdout is None:
            raise MissingRivalError(name)
        print(path.resolve(), file=process.stdin, flush=True)
        line = process.stdout.readline()
        if not line:
            raise MissingRivalError(f"{name} has stopped, or does not start, in {python}")
        return Answer(**json.loads(line))

    return rival


def main() -> None:
    """Read with RapidOCR until there are no more paths."""
    if sys.argv[1:] != ["rapidocr"]:
        raise SystemExit(__doc__)
    cv2.setNumThreads(1)
    rival = rapidocr()
    for line in sys.stdin:
        print(json.dumps(asdict(rival(Path(line.rstrip("\n"))))), flush=True)


if __name__ == "__main__":
    main()
