"""Writes what the steps of Learn show without training: ten digits, and the weights of the shipped softmax network.

src/learn/digit/digits.json: of each digit the first of MNIST's training images that every shipped classifier reads
with confidence, so that an example is no riddle: its label, its position among the training images and its 784 values
(row by row, 0 to 255, ink 255) as base64.
src/learn/digit/weights.json: 784 weights of each digit, one digit after the other, as base64 of float32 in little
endian, and ten biases. Run it again with

    python web/digits.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

import shuzi
from shuzi.models.store import shipped

LEARN = Path(__file__).parent / "src" / "learn"
READERS = ("softmax", "tiny", "default")
SURE = 0.94  # the probability with which each of them reads an example

if __name__ == "__main__":
    train = shuzi.load_mnist().train
    readers = [shuzi.load(name) for name in READERS]
    digits = []
    for label in range(10):
        index = next(
            int(index)
            for index in np.flatnonzero(train.labels == label)
            if all(reader.classify(train.images[[index]])[0, label] >= SURE for reader in readers)
        )
        values = base64.b64encode(train.images[index].tobytes()).decode()
        digits.append({"label": label, "index": index, "values": values})
    (LEARN / "digit" / "digits.json").write_text(json.dumps(digits, indent=2) + "\n", encoding="utf-8")
    found = {each.name: numpy_helper.to_array(each) for each in onnx.load(shipped()["softmax"]).graph.initializer}
    kernel = np.ascontiguousarray(found["output/kernel"].T, "<f4")
    weights = {"weights": base64.b64encode(kernel.tobytes()).decode(), "biases": found["output/bias"].tolist()}
    (LEARN / "digit" / "weights.json").write_text(json.dumps(weights) + "\n", encoding="utf-8")
