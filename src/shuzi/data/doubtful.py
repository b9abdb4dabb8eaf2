"""Leave out samples with doubtful labels before a reader's confidence is calibrated.

A reader that reads such a sample as people do counts as wrong, and would have to be less sure of similar ones.
Samples that the classifier misread were inspected one by one, in isolation: MNIST's last 5,000
training images, and UNIPEN's validation writers with even numbers. Only calibration leaves them out; accuracy is
measured with all.
"""

from __future__ import annotations

import hashlib

import numpy as np

from shuzi.data.dataset import Dataset
from shuzi.data.strokes import Strokes

# the label, and how the SHA-256 of the image's bytes starts
_IMAGES = frozenset({
    "1 3ab2c24ea729", "1 c98f5ce03f4f", "1 ef5703dc5118", "2 03b257d17d66", "2 288bdbe4fea6", "5 97f52bfcd1bf",
    "6 b708957347eb", "7 3f6b7de52297", "7 4151aa7fb2b7", "7 ddfa928d21e6", "8 4a4aae803668", "9 0f430c0e125b",
})  # fmt: skip

# the label, and how the SHA-256 of the strokes' points starts; seven ones of one writer have a long roof
_STROKES = frozenset({
    "1 0f92058f49e6", "1 3a4798d34b83", "1 75ee0ce07ae8", "1 7a2843019c45", "1 9ddeaf55a456", "1 a3d153a174ec",
    "1 d4744599bca8", "1 ed7b190d69f3", "1 f848b2945dfe", "4 41071863f7c7", "4 5bf0d8d54cb8", "4 b6c589d57a2a",
    "5 5ad2c20a0ee1", "6 4da398666cc0", "6 6013d05e96a7", "8 4e213c1cd4b5", "8 c4b829af59bc",
})  # fmt: skip


def clear_images(digits: Dataset) -> Dataset:
    """Leave out the images with doubtful labels."""
    clear = [
        _name(str(label), image.tobytes()) not in _IMAGES
        for image, label in zip(digits.images, digits.labels, strict=True)
    ]
    return Dataset(digits.images[clear], digits.labels[clear], digits.seed)


def clear_strokes(strokes: Strokes) -> Strokes:
    """Leave out the digits with doubtful labels."""
    clear = np.array([
        strokes.kind[index] != "digit"
        or _name(str(strokes.label[index]), b"".join(stroke.tobytes() for stroke in strokes.sample(index)))
        not in _STROKES
        for index in range(len(strokes))
    ], np.bool_)  # fmt: skip
    return strokes.part(clear)


def _name(label: str, content: bytes) -> str:
    return f"{label} {hashlib.sha256(content).hexdigest()[:12]}"
