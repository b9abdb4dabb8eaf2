"""A network in a QR code becomes the shared fixture that holds Python and the page to each other.

    python tools/qr_fixture.py

`tests/fixtures/qr-code.json` has the text of the code of `tiny`, with a name and digits, and the network's answers
for some images. Write it again when `tiny` has changed.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

import numpy as np

import shuzi
from shuzi.models.qr.base45 import encode
from shuzi.models.qr.network import as_onnx
from shuzi.models.qr.onnx_weights import weights_of
from shuzi.models.qr.packing import QrNetwork, packed, shrunk
from shuzi.models.qr.rounding import rounded
from shuzi.models.qr.symbol import PREFIX
from shuzi.models.store import shipped
from shuzi.reading.recognise.classifier import Classifier

FILE = Path(__file__).parents[1] / "tests" / "fixtures" / "qr-code.json"


def main() -> None:
    """Write it."""
    digits = shuzi.load_mnist().validation
    first = [int(np.flatnonzero(digits.labels == label)[0]) for label in range(10)]
    images, labels = digits.images[first], digits.labels[first]
    layers = rounded(weights_of(shipped()["tiny"].read_bytes(), "tiny"))
    network = QrNetwork(layers, "小明 Ming", shrunk(images), labels)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "small.onnx").write_bytes(as_onnx(network))
        probabilities = Classifier(Path(folder) / "small.onnx").classify(images)
    fixture = {
        "text": PREFIX + encode(packed(network)),
        "name": network.name,
        "labels": labels.tolist(),
        "images": base64.b64encode(images.tobytes()).decode(),
        "probabilities": np.round(probabilities.astype(float), 6).tolist(),
    }
    FILE.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
