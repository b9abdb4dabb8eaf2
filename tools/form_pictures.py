"""The ready spec of scores becomes the pictures of the how-to about forms: a photograph, and its reading.

    python tools/form_pictures.py

The digits are MNIST's validation digits; the readings are those of `shuzi form read`.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from sheets import Hands, fill, photograph, print_sheet  # noqa: E402

import shuzi  # noqa: E402
from shuzi.forms.collect import read_forms  # noqa: E402
from shuzi.forms.layout import pages_of  # noqa: E402
from shuzi.forms.read import PageReader  # noqa: E402
from shuzi.forms.sheet import FOLDER  # noqa: E402
from shuzi.forms.spec import Spec, read_spec  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
ROWS, SEED = 7, 4
INK, OK, DOUBT = (38, 44, 66), (255, 255, 255), (255, 242, 204)


def main() -> None:
    """Draw both pictures in both languages."""
    reader = shuzi.load()
    for language in ("en", "zh"):
        spec, jpeg = photograph_of(language)
        with Image.open(io.BytesIO(jpeg)) as photo:
            photo.resize((600, 800), Image.Resampling.LANCZOS).quantize(32).save(
                PICTURES / f"form-photo-{language}.png", optimize=True
            )
        table = read_forms(PageReader(spec, reader), [jpeg])
        drawn(jpeg, table).quantize(32).save(PICTURES / f"form-table-{language}.png", optimize=True)


def photograph_of(language: str) -> tuple[Spec, bytes]:
    """Fill in the ready sheet of scores in a language; return its spec and its photograph, a JPEG."""
    spec = read_spec(FOLDER / f"scores.{language}.toml")
    return spec, photograph_of_sheet(spec)


def photograph_of_sheet(spec: Spec) -> bytes:
    """Fill in the first rows of a sheet of scores, one with a wrong sum; return its photograph, a JPEG."""
    mnist = shuzi.load_mnist().validation
    rng = np.random.default_rng(SEED)
    texts = {}
    for row in range(ROWS):
        scores = rng.integers(3, 21, 5).tolist()
        texts[row, "number"] = f"{rng.integers(10**8):08}"
        texts |= {(row, f"q{n}"): str(each) for n, each in enumerate(scores, start=1)}
        texts[row, "total"] = str(sum(scores) + (row == 4))  # one sum is wrong
    filled = fill(rng, print_sheet(spec)[0], pages_of(spec)[0].fields, texts, Hands(mnist.images, mnist.labels))
    jpeg, _ = photograph(np.random.default_rng(9), filled, angle=20)
    return jpeg


def drawn(jpeg: bytes, table: object) -> Image.Image:
    """Draw each cell of the photograph with its reading below; doubtful cells are coloured."""
    rows = table.rows  # type: ignore[attr-defined]
    letters = ImageFont.load_default(20)
    with Image.open(io.BytesIO(jpeg)) as photo:
        photo.load()
    wide = {name: max(64, round(44 * cell.box.width / cell.box.height) + 12) for name, cell in rows[0].cells.items()}
    shown = Image.new("RGB", (sum(wide.values()), 76 * len(rows)), "white")
    pen = ImageDraw.Draw(shown)
    for number, row in enumerate(rows):
        x = 0
        for name, cell in row.cells.items():
            left, top, width, height = cell.box
            cut = photo.crop((left, top, left + width, top + height)).resize((wide[name] - 12, 40))
            pen.rectangle((x, number * 76, x + wide[name], number * 76 + 76), DOUBT if cell.doubtful else OK)
            shown.paste(cut, (x + 6, number * 76 + 4))
            pen.text((x + wide[name] / 2, number * 76 + 60), cell.text or "-", INK, letters, "mm")
            pen.rectangle((x, number * 76, x + wide[name], number * 76 + 76), outline=(210, 210, 215))
            x += wide[name]
    return shown


if __name__ == "__main__":
    main()
