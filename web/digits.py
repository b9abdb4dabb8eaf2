"""Writes src/learn/pixels/digits.json, the ten digits that the first step of Learn shows.

They are the first 0, the first 1, ... of MNIST's training images: each with its label, its position among the
training images and its 784 values (row by row, 0 to 255, ink 255) as base64. Run it again with

    python web/digits.py
"""

import base64
import json
from pathlib import Path

import numpy as np

import shuzi

TARGET = Path(__file__).parent / "src" / "learn" / "pixels" / "digits.json"

if __name__ == "__main__":
    train = shuzi.load_mnist().train
    digits = []
    for label in range(10):
        index = int(np.flatnonzero(train.labels == label)[0])
        values = base64.b64encode(train.images[index].tobytes()).decode()
        digits.append({"label": label, "index": index, "values": values})
    TARGET.write_text(json.dumps(digits, indent=2) + "\n", encoding="utf-8")
