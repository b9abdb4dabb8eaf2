"""The ready spec of scores, for a few students, becomes the sheet that the page's view "Forms" offers to try.

    python tools/sample_sheet.py

The photographs are small: the page loads one when somebody asks for it. The digits are MNIST's validation digits. The
table beside each is what the page shows where no service can read it; make both again when models or reading change.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from form_pictures import ROWS, photograph_of_sheet  # noqa: E402

from shuzi.cli import shuzi as command  # noqa: E402
from shuzi.forms.sheet import FOLDER  # noqa: E402
from shuzi.forms.spec import read_spec  # noqa: E402

SAMPLES = ROOT / "web" / "public" / "samples"
SIZE = (1_200, 1_600)


def main() -> None:
    """Write a spec, its photograph and the table that is read from it, in both languages."""
    SAMPLES.mkdir(exist_ok=True)
    for language in ("en", "zh"):
        text = (FOLDER / f"scores.{language}.toml").read_text("utf-8").replace("\nrows = 40\n", f"\nrows = {ROWS}\n")
        with tempfile.TemporaryDirectory() as folder:
            spec = Path(folder) / "sample.toml"
            spec.write_text(text, "utf-8")
            jpeg = photograph_of_sheet(read_spec(spec))
        (SAMPLES / f"scores.{language}.toml").write_text(text, "utf-8")
        with Image.open(io.BytesIO(jpeg)) as photo:
            photo.resize(SIZE, Image.Resampling.LANCZOS).save(
                SAMPLES / f"scores.{language}.webp", quality=40, method=6
            )
        (SAMPLES / f"scores.{language}.json").write_text(json.dumps(table_of(language), ensure_ascii=False), "utf-8")


def table_of(language: str) -> Any:
    """Read the sample with the command and return its table."""
    # in its folder, so that the table has the photograph's name alone
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(SAMPLES):
        out = Path(folder) / "table.json"
        given = [f"scores.{language}.webp", "--spec", f"scores.{language}.toml"]
        done = CliRunner().invoke(command, ["form", "read", *given, "--out", str(out), "--lang", language])
        if done.exit_code:
            raise SystemExit(done.output)
        return json.loads(out.read_text("utf-8"))


if __name__ == "__main__":
    main()
