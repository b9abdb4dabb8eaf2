"""shuzi (数字, "digit"): networks that read handwritten digits, explained in plain words.

>>> import shuzi
>>> mnist = shuzi.load_mnist()
>>> len(mnist.train.labels), len(mnist.validation.labels), len(mnist.test.labels)
(55000, 5000, 10000)
"""

import os
from typing import TYPE_CHECKING, Any

# Set here, before any part of shuzi imports them: ONNX Runtime reads its variable once, when loaded, and Ray when it
# starts. Values set by the user stay.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

__version__ = "0.2.0.dev0"

__all__ = [
    "Box",
    "ClusterError",
    "DataError",
    "Dataset",
    "Digit",
    "DownloadError",
    "IdxError",
    "MissingExtra",
    "ModelError",
    "PictureError",
    "Reader",
    "Reading",
    "RecipeError",
    "RunError",
    "ServiceError",
    "ShuziError",
    "Splits",
    "TrainingError",
    "available_models",
    "load",
    "load_mnist",
    "to_dataframe",
]

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset, Splits
    from shuzi.data.mnist import load_mnist
    from shuzi.errors import (
        ClusterError,
        DataError,
        DownloadError,
        IdxError,
        MissingExtra,
        ModelError,
        PictureError,
        RecipeError,
        RunError,
        ServiceError,
        ShuziError,
        TrainingError,
    )
    from shuzi.ink.boxes import Box
    from shuzi.reading.reader import Reader, available_models, load
    from shuzi.reading.result import Digit, Reading, to_dataframe

_HOMES = {
    "Box": "shuzi.ink.boxes",
    "Dataset": "shuzi.data.dataset",
    "Digit": "shuzi.reading.result",
    "Reader": "shuzi.reading.reader",
    "Reading": "shuzi.reading.result",
    "Splits": "shuzi.data.dataset",
    "available_models": "shuzi.reading.reader",
    "load": "shuzi.reading.reader",
    "load_mnist": "shuzi.data.mnist",
    "to_dataframe": "shuzi.reading.result",
}
_ERRORS = "shuzi.errors"  # the home of all others


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import shuzi` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'shuzi' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, _ERRORS)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
