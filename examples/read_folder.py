"""Read every picture in a folder into a CSV file, and list those to check by hand.

python examples/read_folder.py FOLDER numbers.csv
python examples/read_folder.py        # makes three pictures and checks the readings
"""

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import shuzi

KINDS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}  # a TIFF or PDF may have several pages


def read_folder(folder, table):
    """Write a row for each picture; return the names of those that a person should check."""
    files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in KINDS)
    doubtful = []
    with Path(table).open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["source", "text", "status", "confidence", "message"])
        for file, found in zip(files, shuzi.load().read_many(files), strict=True):
            if isinstance(found, shuzi.ShuziError):  # an error is yielded instead of the reading
                rows.writerow([file.name, "", "error", "", str(found)])
                doubtful.append(file.name)
                continue
            rows.writerow([file.name, found.text, found.status, f"{found.confidence:.3f}", found.message])
            if found.status != "ok":
                doubtful.append(file.name)
    return doubtful


def make_pictures(folder):
    """Make two numbers from MNIST's test digits, and a file that is not a picture."""
    images = shuzi.load_mnist().test.images
    for name, positions in {"a.png": [0, 1, 2], "b.png": [3, 4]}.items():
        row = np.pad(np.hstack([images[position] for position in positions]), 20)
        Image.fromarray(255 - row).resize((row.shape[1] * 3, row.shape[0] * 3)).save(folder / name)
    (folder / "broken.png").write_bytes(b"no picture")


if len(sys.argv) == 3:
    print("Look at:", *read_folder(sys.argv[1], sys.argv[2]))
else:
    with tempfile.TemporaryDirectory() as name:
        make_pictures(Path(name))
        doubtful = read_folder(name, Path(name) / "numbers.csv")
        table = (Path(name) / "numbers.csv").read_text("utf-8")
    print(table)
    assert [line.split(",")[1] for line in table.splitlines()[1:]] == ["721", "04", ""]
    assert "broken.png" in doubtful
