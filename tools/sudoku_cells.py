"""Photographs of sudokus become labelled pictures of their cells, to calibrate with: half of the photographs.

    python tools/sudoku_cells.py sudoku/ cells/
    shuzi models calibrate default.onnx --photographs --pictures cells/

The photographs are of github.com/wichtounet/sudoku_dataset (CC BY 4.0), with `grids.json`: for each file its
`corners`, x and y clockwise from the top left, and `grid`, nine rows of nine digits, 0 where a cell is empty. Every
second one, by name, is cut; the others are for measuring.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import cv2
import numpy as np

SIDE, RIM = 64, 5
"""Pixels of a cell's sides, and what is shown of its neighbours."""


def main() -> None:
    """Cut the cells and write their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("cells", type=Path)
    given = parser.parse_args()
    given.cells.mkdir(parents=True)
    grids = json.loads((given.photographs / "grids.json").read_text("utf-8"))
    with (given.cells / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "label"))
        for name, grid in sorted(grids.items())[::2]:
            photograph = cv2.imread(str(given.photographs / name))
            if photograph is None:
                raise FileNotFoundError(given.photographs / name)
            square = np.array([(0, 0), (9, 0), (9, 9), (0, 9)], np.float32) * SIDE + RIM
            matrix = cv2.getPerspectiveTransform(np.array(grid["corners"], np.float32), square)
            size = (9 * SIDE + 2 * RIM,) * 2
            flat = cv2.warpPerspective(photograph, matrix, size, borderMode=cv2.BORDER_REPLICATE)
            for index, digit in enumerate("".join(grid["grid"])):
                top, left = (at * SIDE for at in divmod(index, 9))
                cell = f"{Path(name).stem}-{index:02}.png"
                cv2.imwrite(str(given.cells / cell), flat[top : top + SIDE + 2 * RIM, left : left + SIDE + 2 * RIM])
                table.writerow((cell, digit.replace("0", "")))


if __name__ == "__main__":
    main()
