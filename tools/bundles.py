"""A release's other files: the npm package, the container's context, the documentation, the page, and checksums."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

BUILT = {
    "make page": "src/shuzi/service/page/index.html",
    "make standalone": "build/standalone/shuzi-full.html",
    "make npm": "build/npm/package.json",
    "make docs": "build/site/index.html",
}
"""The prerequisites: the last file of each build."""

SUMS = "SHA256SUMS"
_DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


def unbuilt(root: Path) -> list[str]:
    """Return the prerequisites that are not built, and how to build them."""
    return [f"{name} is missing: {command}" for command, name in BUILT.items() if not (root / name).is_file()]


def gather(root: Path, target: Path, version: str) -> None:
    """Write all of them to a folder."""
    for packed in (root / "build" / "npm").glob("shuzi-*.tgz"):
        shutil.copy(packed, target)
    write_zip(root / "build" / "standalone", target / f"shuzi-page-{version}.zip")
    write_zip(root / "build" / "site", target / f"shuzi-docs-{version}.zip")
    write_context(root, target / f"shuzi-container-{version}.tar.gz")


def write_zip(folder: Path, target: Path) -> None:
    """Write the files of a folder, in the order of their names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())


def write_context(root: Path, target: Path) -> None:
    """Write what `docker build - < FILE` needs: the Dockerfile and what .dockerignore lets in, as committed."""
    listed = (root / ".dockerignore").read_text("utf-8").splitlines()
    wanted = [line[1:] for line in listed if line.startswith("!")]
    left = [f":(exclude,glob){line}/**" for line in listed if line and line[0] not in "!*#"]
    command = ["git", "archive", "--format", "tar.gz", "--output", str(target.resolve()), "HEAD"]
    subprocess.run([*command, "--", "Dockerfile", ".dockerignore", *wanted, *left], cwd=root, check=True)


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of every file, as `sha256sum --check SHA256SUMS` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != SUMS
    ]
    (folder / SUMS).write_text("".join(lines), "utf-8")
