"""How well printed numbers are read, though the models learnt handwriting alone: matplotlib's fonts, black on white.

    python benchmarks/printed.py

Numbers of one to eight digits, 20 to 60 pixels high, in every font that matplotlib brings and that has digits.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
import numpy as np
from fontTools.ttLib import TTFont
from machine import keep
from PIL import Image, ImageDraw, ImageFont

import shuzi
from shuzi.models.card import Score


def fonts() -> list[Path]:
    """Return the fonts in which all ten digits look like digits."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return [path for path in sorted(folder.glob("*.ttf")) if _has_digits(path)]


def _has_digits(path: Path) -> bool:
    glyphs = TTFont(path).getBestCmap() or {}
    is_text = not path.stem.startswith(("cmsy", "cmex", "LastResort"))
    return is_text and all(ord(digit) in glyphs for digit in "0123456789")


def printed(rng: np.random.Generator, font: Path, number: str) -> Image.Image:
    """Print a number."""
    letters = ImageFont.truetype(str(font), int(rng.integers(20, 61)) * 4 // 3)
    left, top, right, bottom = letters.getbbox(number)
    margin = int(rng.integers(8, 30))
    image = Image.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin), 255)
    ImageDraw.Draw(image).text((margin - left, margin - top), number, 0, letters)
    return image


def main() -> None:
    """Print, read and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=25, help="numbers in each font")
    arguments = parser.parse_args()
    rng, reader = np.random.default_rng(0), shuzi.load()
    right, sure, sure_and_right = 0, 0, 0
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    tried = fonts()
    for font in tried:
        for _ in range(arguments.each):
            number = "".join(map(str, rng.integers(0, 10, rng.integers(1, 9))))
            reading = reader.read(printed(rng, font, number))
            right += reading.text == number
            sure += reading.status == "ok"
            sure_and_right += reading.text == number and reading.status == "ok"
            if reading.text != number:
                wrong[font.stem].append(f"{number}: {reading.text} {reading.status}")
    n = len(tried) * arguments.each
    result = {
        "fonts": [font.stem for font in tried],
        "n": n,
        "right": Score(right, n).as_dict(),
        "ok": Score(sure, n).as_dict(),
        "right where ok": Score(sure_and_right, sure).as_dict() if sure else None,
        "wrong": wrong,
    }
    print({name: result[name] for name in ("n", "right", "ok", "right where ok")}, dict(wrong))
    keep("printed", result)


if __name__ == "__main__":
    main()
