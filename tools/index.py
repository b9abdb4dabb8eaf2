"""Checks whether a package name can be published: it must be free on the index or already ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

KNOWN = "pip"  # a package on every index that this could be published to


def free_or_ours(name: str, address: str) -> bool:
    """Ask the index that pip is configured for.

    Parameters
    ----------
    name
        The package.
    address
        Our repository; a package is ours if its metadata names it.

    Raises
    ------
    OSError
        The index cannot be reached, so a name that is not found may still be taken.
    """
    found = _newest(name)
    if found is None:
        if _newest(KNOWN) is None:
            raise OSError("the package index cannot be reached")
        return True
    urls = [each.partition(",")[2].strip() for each in found.get("project_url", [])]
    return any(each.rstrip("/") == address.rstrip("/") for each in urls)


def _newest(name: str) -> dict[str, Any] | None:
    """Return the metadata of the newest version, or None."""
    report = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--pre", "--quiet", "--report", "-", name]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *report]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        return None
    (found,) = json.loads(done.stdout)["install"]
    return dict(found["metadata"])
