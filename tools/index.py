"""A package's name becomes the answer to whether it may be published: it is free on the index, or already ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

KNOWN = "pip"  # is on every index that this could be published to


def free_or_ours(name: str, address: str) -> bool:
    """Ask the index that pip is set up for.

    Parameters
    ----------
    name
        The package.
    address
        Our repository; a package is ours when its metadata name it.

    Raises
    ------
    OSError
        The index cannot be asked, so that a name which is not found may still be taken.
    """
    found = _newest(name)
    if found is None:
        if _newest(KNOWN) is None:
            raise OSError("the package index cannot be reached")
        return True
    urls = [each.partition(",")[2].strip() for each in found.get("project_url", [])]
    return any(each.rstrip("/") == address.rstrip("/") for each in urls)


def _newest(name: str) -> dict[str, Any] | None:
    """Return the metadata of the newest version, None when there is none."""
    report = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--pre", "--quiet", "--report", "-", name]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *report]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        return None
    (found,) = json.loads(done.stdout)["install"]
    return dict(found["metadata"])
