"""Collects the documentation's pages in build/docs, from which mkdocs builds the site.

    python tools/site/gather.py

They are docs/, the lessons of course/ with their notebooks, the documents in the root folder, and a reference
generated here from the code. Links between files become links between pages. None of it is committed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).parents[2]))  # hatch_build.py has the public address
sys.path.insert(0, str(Path(__file__).parents[1] / "course"))

import films
import http_api
import python_api

import notebooks
from hatch_build import public_address

ROOT = Path(__file__).parents[2]
GATHERED = ROOT / "build" / "docs"
KATEX = ROOT / "web" / "node_modules" / "katex" / "dist"
PLAY = ROOT / "build" / "standalone" / "shuzi"
"""The page without a service, as `make standalone` makes it: the site has it as play/, and lessons link there."""

PROJECT = ("ARCHITECTURE", "CONTRIBUTING", "TERMINOLOGY", "CHANGELOG", "SECURITY", "RELEASING")
REFERENCE: dict[str, Callable[[str], str]] = {
    "command-line": lambda language: _said_by("command_line.py", language),
    "http-api": http_api.page,
    "python": python_api.page,
}

FORMER = (
    *("02-numpy", "03-tensorflow", "04-break-it", "05-templates", "06-hidden-layer", "07-by-heart", "08-convolution"),
    *("09-last-half-percent", "10-keep-and-watch", "11-your-own-data", "12-your-own-handwriting"),
    *("13-several-digits", "14-not-sure", "15-take-it-with-you"),
)
"""Former folders of lessons, before others were inserted: the name after the number is unchanged."""

_STUB = """<!doctype html><meta charset="utf-8"><title>{name}</title>
<meta http-equiv="refresh" content="1; url={link}">
<script>location.replace("{link}" + location.hash)</script><a href="{link}">{name}</a>
"""

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_BLOCK = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.DOTALL | re.MULTILINE)
_HAN = "[\u3000-\u9fff\uff00-\uffef]"
# a line break between two Chinese characters would be shown as a space
_CHINESE_BREAK = re.compile(rf"^(?![#|>])(.*{_HAN}(?:\*\*)?)\n(?=(?:\*\*)?{_HAN})", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(r"^\[(?:中文|English)\]\([^)]*\)(?: · )?", re.MULTILINE)
_NOTEBOOK = {"zh": "笔记本", "en": "notebook"}
_LOCAL = re.compile(r"\]\(http://127\.0\.0\.1:8000/\?([^)#]+)\)")
_TERMS = {"en": ("# Terminology", "The field's words as shuzi uses them: one word per thing."),
          "zh": ("# 术语", "shuzi 使用的术语，一个意思只用一个词。")}  # fmt: skip


def places() -> dict[Path, PurePosixPath]:
    """Map files to pages; a Chinese page has `.zh` before its extension."""
    found = {
        path: PurePosixPath(path.relative_to(ROOT / "docs").as_posix()) for path in (ROOT / "docs").rglob("*.md")
    }
    for ending in (".md", ".zh.md"):
        found[ROOT / "course" / f"README{ending}"] = PurePosixPath("course") / f"index{ending}"
    for lesson in sorted((ROOT / "course").glob("*/en.md")):
        page = PurePosixPath("course") / lesson.parent.name
        found[lesson] = page / "index.md"
        found[lesson.with_name("zh.md")] = page / "index.zh.md"
    for name in PROJECT:
        for ending in (".md", ".zh.md"):
            if (path := ROOT / f"{name}{ending}").exists():
                found[path] = PurePosixPath("project") / f"{name.lower()}{ending}"
    return found


def gather(target: Path = GATHERED) -> None:
    """Write all pages and their assets to a folder, replacing its content."""
    shutil.rmtree(target, ignore_errors=True)
    pages = places()
    shutil.copytree(ROOT / "docs", target, ignore=shutil.ignore_patterns("*.md"))
    for lesson in {path.parent for path in pages if path.name == "en.md"}:
        beside = target / "course" / lesson.name
        shutil.copytree(
            lesson, beside, ignore=shutil.ignore_patterns("*.md", "*.webp", "__pycache__"), dirs_exist_ok=True
        )
        for loop in lesson.glob("pictures/*.webp"):
            films.write(loop, beside / "pictures" / loop.name)
    notebooks.write_all(target / "course" / "notebooks")
    if PLAY.is_dir():
        _put_beside(target / "play")
    for source, page in pages.items():
        _write(target / page, _as_page(source, pages))
    for language, ending in (("en", ".md"), ("zh", ".zh.md")):
        _write(target / "project" / f"terminology{ending}", _terms(language))
    for name, make in REFERENCE.items():
        _write(target / "reference" / f"{name}.md", make("en"))
        _write(target / "reference" / f"{name}.zh.md", make("zh"))
    _lead_on(target)
    formulas = target / "katex"
    shutil.copytree(KATEX / "fonts", formulas / "fonts", ignore=shutil.ignore_patterns("*.ttf", "*.woff"))
    for name in ("katex.min.css", "katex.min.js"):
        shutil.copy(KATEX / name, formulas)


def _put_beside(play: Path) -> None:
    """Copy the page, as a folder for servers and as one file for disks, and add links back to the lessons."""
    shutil.copytree(PLAY, play)
    shutil.copy(PLAY.with_suffix(".html"), play)
    here = '<meta name="documentation" content="../" />'
    for name in ("index.html", "shuzi.html"):
        page = (play / name).read_text("utf-8")
        (play / name).write_text(page.replace("<head>", f"<head>\n    {here}", 1), "utf-8")


def _said_by(script: str, language: str) -> str:
    command = [sys.executable, str(Path(__file__).with_name(script)), language]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _lead_on(target: Path) -> None:
    """Write a redirect at each former address of a lesson, in each language."""
    for former in FORMER:
        name = former.partition("-")[2]
        (lesson,) = (each.name for each in notebooks.LESSONS if each.name.partition("-")[2] == name)
        for beginning in ("", "zh/"):
            _write(
                target / f"{beginning}course/{former}/index.html",
                _STUB.format(name=name, link=f"../{lesson}/index.html"),
            )


def _as_page(source: Path, pages: dict[Path, PurePosixPath]) -> str:
    """Return a file's text for the site."""
    text = _OTHER_LANGUAGE.sub("", source.read_text("utf-8"), count=1)  # the site has its own language switch
    here = pages[source].parent

    def link(found: re.Match[str]) -> str:
        picture, label, path, anchor = found[1], found[2], found[3], found[4] or ""
        meant = (source.parent / path).resolve()
        if meant in (ROOT / "README.md", ROOT / "README.zh.md"):
            meant = ROOT / "docs" / "index.md"
        if meant in pages:
            page = str(pages[meant]).replace(".zh.md", ".md")  # pages link to pages in the same language
            return f"{picture}[{label}]({_relative(PurePosixPath(page), here)}{anchor})"
        if meant.is_relative_to(ROOT / "docs") or (meant.is_relative_to(source.parent) and source.parent != ROOT):
            return found[0]
        if not meant.exists():
            raise FileNotFoundError(f"{source.relative_to(ROOT)} links to {path}, which is not there")
        address = public_address()
        if meant == ROOT:
            return f"[{label}]({address}/archive/HEAD.zip)" if address else label
        shown = meant.relative_to(ROOT).as_posix()
        return f"[{label}]({address}/blob/main/{shown}{anchor})" if address else f"{label} (`{shown}`)"

    # code stays unchanged
    parts = [part if index % 2 else _LINK.sub(link, part) for index, part in enumerate(_CODE.split(text))]
    linked = "".join(parts)
    if source.parent in notebooks.LESSONS:
        linked = _as_lesson(linked, source)
    if PLAY.is_dir():
        up = "../" * len(here.parts)
        language = "zh" if pages[source].name.endswith(".zh.md") else "en"
        linked = _LOCAL.sub(rf"]({up}play/index.html?lang={language}&\1)", linked)
    return "".join(
        part if index % 2 else _CHINESE_BREAK.sub(r"\1", part) for index, part in enumerate(_BLOCK.split(linked))
    )


def _terms(language: str) -> str:
    """Return the page of terms for a reader of one language: that language first, and explained in it."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", (ROOT / "TERMINOLOGY.md").read_text("utf-8"), re.MULTILINE)
    title, introduction = _TERMS[language]
    lines = [title, "", introduction, ""]
    for place, (en, zh, meaning) in enumerate(row for row in rows if not row[0].startswith("-")):
        in_english, _, in_chinese = meaning.partition(" · ")
        cells = (zh, en, in_chinese or meaning) if language == "zh" else (en, zh, in_english)
        lines.append("| " + " | ".join(cells) + " |")
        if place == 0:
            lines.append("| --- | --- | --- |")
    return "\n".join(lines) + "\n"


def _as_lesson(text: str, source: Path) -> str:
    """Add what only the site has: a notebook to download, and each figure for a dark page."""
    name = notebooks.file_name(source.parent, source.stem)
    head, line, rest = text.split("\n", 2)[0], text.split("\n", 3)[2], text.split("\n", 3)[3]
    text = f"{head}\n\n{line} · [{_NOTEBOOK[source.stem]}](../notebooks/{name}){{ download }}\n{rest}"

    def both(found: re.Match[str]) -> str:
        label, name, kind = found.groups()
        light, dark = f"pictures/{name}.{kind}", f"pictures/{name}-dark.{kind}"
        if kind == "webp":
            return films.shown(source.parent / light, label, light, dark, source.stem)
        return f"![{label}]({light}#only-light)![{label}]({dark}#only-dark)"

    return re.sub(r"!\[([^\]]*)\]\(pictures/([\w-]+)\.(png|webp)\)", both, text)


def _relative(page: PurePosixPath, here: PurePosixPath) -> str:
    parts, common = here.parts, 0
    while common < len(parts) and common < len(page.parts) - 1 and parts[common] == page.parts[common]:
        common += 1
    return "/".join([*[".."] * (len(parts) - common), *page.parts[common:]])


if __name__ == "__main__":
    gather()
