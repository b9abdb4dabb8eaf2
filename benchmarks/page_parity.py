"""The page reads what Python reads: composed pages and the test images, read by both.

    python benchmarks/page_parity.py [--pages 2000] [--seed 0] [--out FILE]

Python composes the pages and reads them; Node runs the page's own reading, with the shipped models at half precision
as the page has them. Needs `cd web && npm run build:node`.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import shuzi
from shuzi.synthesis.composer import Composer, any_kind

ROOT = Path(__file__).parents[1]
NODE = ROOT / "build" / "node" / "read.mjs"
MODELS = ROOT / "src" / "shuzi" / "models"
SHOWN = 20  # pages that differ

Grey = NDArray[np.uint8]


def main() -> None:
    """Compare, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    newest = max(each.stat().st_mtime for each in (ROOT / "web" / "src").rglob("*.ts"))
    if not NODE.is_file() or NODE.stat().st_mtime < newest:
        parser.error("the page's reading has changed since it was built: cd web && npm run build:node")
    result = {
        "command": f"python benchmarks/page_parity.py --pages {asked.pages} --seed {asked.seed}",
        "versions": {"node": said("--version").strip(), "shuzi": shuzi.__version__},
        "pages": compare(pages(asked.pages, asked.seed)),
        "classify": {name: classify(name) for name in shuzi.available_models()},
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if asked.out:
        asked.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def pages(count: int, seed: int) -> list[Grey]:
    """Compose pages of any kind from validation digits."""
    digits = shuzi.load_mnist().validation
    composer, rng = Composer(digits.images, digits.labels), np.random.default_rng(seed)
    return [any_kind(composer, rng).grey for _ in range(count)]


def compare(pictures: Sequence[Grey]) -> dict[str, Any]:
    """Read pictures both ways and count agreements."""
    sent = b"".join(struct.pack("<II", *each.shape[::-1]) + each.tobytes() for each in pictures)
    found = [json.loads(line) for line in said(str(NODE), str(MODELS), "read", sent=sent).splitlines()]
    reader = shuzi.load()
    wanted = [reader.read(each) for each in pictures]
    pairs = list(zip(found, wanted, strict=True))
    alike = [one["text"] == other.text and one["status"] == other.status for one, other in pairs]
    same = [pair for pair, is_alike in zip(pairs, alike, strict=True) if is_alike]
    confidences = [abs(one["confidence"] - other.confidence) for one, other in same]
    boxes = [
        float(np.abs(np.subtract(one["boxes"], [each.box for each in other.digits])).max())
        for one, other in same
        if one["boxes"]
    ]
    return {
        "n": len(pairs),
        "same text": sum(one["text"] == other.text for one, other in pairs),
        "same status": sum(one["status"] == other.status for one, other in pairs),
        "same text and status": sum(alike),
        "same advice": sum(one["advice"] == other.advice[0] for one, other in pairs),
        "confidence differs by": {
            f"p{share}": round(float(np.percentile(confidences, share)), 6) for share in (50, 99, 100)
        },
        "confidence within 0.01": sum(each <= 0.01 for each in confidences),
        "boxes within a pixel": sum(each <= 1 for each in boxes),
        "with boxes": len(boxes),
        "milliseconds of processor time": {
            f"p{share}": round(float(np.percentile([one["milliseconds"] for one in found], share)), 1)
            for share in (50, 95)
        },
        "different": [
            {
                "page": place,
                "page's": [one["text"], one["status"], round(one["confidence"], 4)],
                "Python's": [other.text, other.status, round(other.confidence, 4)],
            }
            for place, ((one, other), is_alike) in enumerate(zip(pairs, alike, strict=True))
            if not is_alike
        ][:SHOWN],
    }


def classify(name: str) -> dict[str, Any]:
    """Classify the test images both ways."""
    images = shuzi.load_mnist().test.images
    sent = said(str(NODE), str(MODELS), "classify", name, sent=images.tobytes())
    found, wanted = np.array(json.loads(sent)), shuzi.load(name).classify(images)
    return {
        "n": len(images),
        "same digit": int((found.argmax(axis=1) == wanted.argmax(axis=1)).sum()),
        "largest difference of a probability": round(float(np.abs(found - wanted).max()), 6),
    }


def said(*command: str, sent: bytes = b"") -> str:
    """Run Node."""
    return subprocess.run(["node", *command], input=sent, capture_output=True, check=True).stdout.decode()


if __name__ == "__main__":
    main()
