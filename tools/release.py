"""The checked-out version becomes a release in dist/, with checksums.

    python tools/release.py prepare    # make pages say `pip install shuzi`, pin base images: commit that
    python tools/release.py check      # say what is missing
    python tools/release.py            # check, then gather what `make release` has built, and build the rest

It refuses if anything is not ready, and says what. RELEASING.md lists all steps in order.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # hatch_build.py has the address and the version

import bases
import bills
import bundles
import distributions
import index

from hatch_build import own_version, public_address

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
IN_ERRORS = {
    r"In the shuzi folder, run: .venv/bin/pip install \".[{extra}]\" (or use the pip of the environment that shuzi"
    " runs in)": r"Run: python -m pip install \"shuzi[{extra}]\"",
    r"请在 shuzi 的文件夹里运行：.venv/bin/pip install \".[{extra}]\"（或者用装着 shuzi 的那个环境里的 pip）": (
        r"请运行：python -m pip install \"shuzi[{extra}]\""
    ),
}
"""The catalogues' advice for a missing extra, before and in a release."""

FROM_FOLDER = re.compile(r"pip install (?:\.|'\.(\[[a-z,]+\])')(?=[\s`\")）]|$)", re.MULTILINE)


def main() -> None:
    """Run the requested step, or exit with the reasons why not."""
    if sys.argv[1:] == ["prepare"]:
        prepare()
        return
    is_check = sys.argv[1:] == ["check"]
    if problems := obstacles() + ([] if is_check else bundles.unbuilt(ROOT)):
        sys.exit("Not ready · 还不能发布:\n" + "\n".join(f"  - {problem}" for problem in problems))
    if is_check:
        return
    shutil.rmtree(DIST, ignore_errors=True)
    built = distributions.build(ROOT, DIST)
    bills.write(ROOT, DIST)
    bundles.gather(ROOT, DIST, own_version())
    if problems := [problem for path in built for problem in distributions.inspect(path)]:
        sys.exit("\n".join(problems))
    bundles.write_sums(DIST)
    for path in sorted(DIST.iterdir()):
        print(path.relative_to(ROOT))


def pages() -> list[Path]:
    """Return the pages, and the catalogues of errors, with installation instructions."""
    named = (ROOT.glob("README*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "examples").glob("*.py"))
    return sorted([*chain(*named), *(ROOT / "src").rglob("shuzi.po")])


def from_an_index(text: str) -> str:
    """Make instructions install from an index instead of the folder.

    >>> from_an_index("`python -m pip install '.[train]'` or `python -m pip install .`")
    "`python -m pip install 'shuzi[train]'` or `python -m pip install shuzi`"
    """
    for before, after in IN_ERRORS.items():
        text = text.replace(before, after)
    return FROM_FOLDER.sub(lambda found: f"pip install 'shuzi{found[1]}'" if found[1] else "pip install shuzi", text)


def prepare() -> None:
    """Make the changes to the working folder that a release needs."""
    if public_address() is None:
        sys.exit("pyproject.toml has no public address yet: [tool.shuzi] repository · 还没有公开地址")
    for page in pages():
        page.write_text(from_an_index(page.read_text("utf-8")), "utf-8")
    dockerfile = ROOT / "Dockerfile"
    try:
        dockerfile.write_text(bases.pinned(dockerfile.read_text("utf-8")), "utf-8")
    except OSError as problem:
        print(f"The containers' bases are not pinned, since the registry cannot be reached ({problem}).")
        print("Where it can: docker buildx imagetools inspect NAME, and write FROM NAME@sha256:… into Dockerfile.")


def obstacles() -> list[str]:
    """Return what blocks a release; [] if nothing does."""
    address, version = public_address(), own_version()
    if address is None:
        return ["pyproject.toml has no public address yet: [tool.shuzi] repository · 还没有公开地址"]
    found = []
    if not re.fullmatch(r"\d+\.\d+\.\d+(?:rc\d+)?", version):
        found.append(f"{version} is no version to publish: src/shuzi/__init__.py")
    found += [
        f"{name} has no heading '## {version}'"
        for name in ("CHANGELOG.md", "CHANGELOG.zh.md")
        if not re.search(rf"^## {re.escape(version)}$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    ]
    if f"version: {version}\n" not in (ROOT / "CITATION.cff").read_text("utf-8"):
        found.append(f"CITATION.cff is not of version {version}")
    found += [
        f"{page.relative_to(ROOT)} installs from the folder: python tools/release.py prepare"
        for page in pages()
        if from_an_index(text := page.read_text("utf-8")) != text
    ]
    if bases.unpinned((ROOT / "Dockerfile").read_text("utf-8")):
        found.append("Dockerfile names bases without a digest: python tools/release.py prepare")
    if changes := _git("status", "--porcelain"):
        found.append(f"not committed:\n{changes}")
    tags = _git("tag", "--points-at", "HEAD", "--list", "v*").split()
    if tags and f"v{version}" not in tags:
        found.append(f"the commit is tagged {', '.join(tags)}, and its version is {version}")
    if not index.free_or_ours("shuzi", address):
        found.append("the name shuzi belongs to somebody else on the index")
    if not index.free_or_ours_on_npm("shuzi", address):
        found.append("the name shuzi belongs to somebody else on npm")
    return found


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.rstrip()


if __name__ == "__main__":
    main()
