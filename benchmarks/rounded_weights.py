"""The accuracy lost by fitting a network into a QR code: `tiny` with weights of 4 bits, on the same pictures.

    python benchmarks/rounded_weights.py

Nothing was chosen on the test images; the validation images are there to compare networks of your own.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from machine import keep

from shuzi.data.mnist import load_mnist
from shuzi.models.qr.network import as_onnx
from shuzi.models.qr.onnx_weights import weights_of
from shuzi.models.qr.packing import QrNetwork, packed
from shuzi.models.qr.rounding import rounded
from shuzi.models.score import Score
from shuzi.models.store import shipped
from shuzi.reading.recognise.classifier import Classifier


def main() -> None:
    """Round, classify and compare."""
    path = shipped()["tiny"]
    network = QrNetwork(rounded(weights_of(path.read_bytes(), path)))
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "rounded.onnx"
        small.write_bytes(as_onnx(network))
        networks = {"tiny": Classifier(path), "rounded": Classifier(small)}
        data, parts = load_mnist(), {}
        for part in ("validation", "test"):
            images, labels = getattr(data, part).images, getattr(data, part).labels
            answers = {name: each.classify(images).argmax(axis=1) for name, each in networks.items()}
            parts[part] = {
                **{name: Score(int((of == labels).sum()), len(labels)).as_dict() for name, of in answers.items()},
                "same": int((answers["tiny"] == answers["rounded"]).sum()),
                "lost": int(((answers["tiny"] == labels) & (answers["rounded"] != labels)).sum()),
                "won": int(((answers["tiny"] != labels) & (answers["rounded"] == labels)).sum()),
            }
            print(part, parts[part])
    weights = int(np.sum([layer.weights.size for layer in network.layers]))
    keep("rounded-weights", {"bytes": len(packed(network)), "weights": weights, **parts})


if __name__ == "__main__":
    main()
