"""Checks whether a package name can be published: it must be free on an index, PyPI's or npm's, or already ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

KNOWN = "pip"  # a package that exists on every index


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


def free_or_ours_on_npm(name: str, address: str) -> bool:
    """Ask the registry that npm is configured for, in the same way.

    Raises
    ------
    OSError
        The registry cannot be reached, or there is no npm.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm to ask its registry with")
    command = [npm, "view", name, "repository.url", "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        if json.loads(done.stdout or "{}").get("error", {}).get("code") == "E404":
            return True
        raise OSError(f"npm's registry cannot be reached: {done.stderr}")
    return f"{address.rstrip('/')}.git" in done.stdout


def _newest(name: str) -> dict[str, Any] | None:
    """Return the metadata of the newest version, or None."""
    report = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--pre", "--quiet", "--report", "-", name]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *report]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        return None
    (found,) = json.loads(done.stdout)["install"]
    return dict(found["metadata"])
