"""A result becomes a JSON file that also names the machine, the versions and the command."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = (
    "shuzi",
    "numpy",
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "onnxruntime",
    "scikit-learn",
    "click",
    "ray",
)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _command(words: list[str]) -> str:
    """Return the command without where MNIST lies on this machine."""
    kept = [word for before, word in pairwise(words) if "--data-dir" not in (before, word)]
    return " ".join(["python", f"benchmarks/{Path(words[0]).name}", *kept])


def keep(name: str, result: dict[str, Any]) -> None:
    """Write a result to results/NAME.json, with everything needed to assess and repeat it."""
    whole = {
        "command": _command(sys.argv),
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": _versions(),
        **result,
    }
    target = RESULTS / f"{name}.json"
    with replacing(target) as part:
        part.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"-> {target}")
