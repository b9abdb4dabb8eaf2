"""shuzi (数字, "digit"): networks that read handwritten digits, explained in plain words.

>>> import shuzi
>>> mnist = shuzi.load_mnist()
>>> len(mnist.train.labels), len(mnist.validation.labels), len(mnist.test.labels)
(55000, 5000, 10000)
"""

import os
from typing import TYPE_CHECKING, Any

# Here, since this runs before any part of shuzi imports them: ONNX Runtime looks once, when it is loaded, and Ray
# when it starts. What a person has set stands.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

__version__ = "0.2.0.dev0"

__all__ = ["Dataset", "Digit", "Reader", "Reading", "ShuziError", "Splits", "load", "load_mnist"]

if TYPE_CHECKING:
    from shuzi.data.dataset import Dataset, Splits
    from shuzi.data.mnist import load_mnist
    from shuzi.errors import ShuziError
    from shuzi.reading.reader import Reader, load
    from shuzi.reading.result import Digit, Reading

_HOMES = {
    "Dataset": "shuzi.data.dataset",
    "Splits": "shuzi.data.dataset",
    "load_mnist": "shuzi.data.mnist",
    "ShuziError": "shuzi.errors",
    "Reader": "shuzi.reading.reader",
    "load": "shuzi.reading.reader",
    "Reading": "shuzi.reading.result",
    "Digit": "shuzi.reading.result",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import shuzi` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'shuzi' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
