"""The lock files become bills of materials (CycloneDX): the wheel's dependencies, and those of its page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def write(root: Path, target: Path) -> list[Path]:
    """Write both bills to a folder; the same lock files give the same bills.

    The first lists every package of the core, `train` and `serve` with its locked hashes. The second lists the npm
    packages whose code the page contains; it is skipped if npm is not installed.
    """
    target.mkdir(parents=True, exist_ok=True)
    python, page = target / "shuzi-python.cdx.json", target / "shuzi-page.cdx.json"
    settings = ["--pyproject", str(root / "pyproject.toml"), "--mc-type", "library", "--output-reproducible"]
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", *settings, "--of", "JSON"]
    subprocess.run([*command, "-o", str(python), str(root / "requirements" / "serve.txt")], check=True)
    written = [python]
    if npm := shutil.which("npm"):
        ask = [npm, "sbom", "--package-lock-only", "--omit", "dev", "--sbom-format", "cyclonedx"]
        done = subprocess.run(ask, cwd=root / "web", check=True, capture_output=True, encoding="utf-8")
        page.write_text(done.stdout, "utf-8")
        written.append(page)
    return written
