"""Turns each lesson into a notebook in each language, which opens in any Jupyter, local or hosted.

    python tools/course/notebooks.py build/notebooks

The first cell installs shuzi; where it is installed already, that does nothing and needs no network.
"""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lessons import COURSE, LANGUAGES, LESSONS, blocks, read

if TYPE_CHECKING:
    import nbformat

MIRROR = "https://pypi.tuna.tsinghua.edu.cn/simple"
INSTALL = {
    "zh": f'%pip install --quiet "shuzi[train]" -i {MIRROR}',
    "en": '%pip install --quiet "shuzi[train]"',
}
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}

_WORKED = re.compile(r"^```python\n(>>>.*?)^```$", re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(r"!\[([^\]]*)\]\((pictures/([^)]+))\)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|attachment:)([^)#]*)(#[^)]*)?\)")
_LESSON = re.compile(r"(?:\.\./([\w-]+)/)?(en|zh)\.md")
_CODE = re.compile(r" · \[(?:the code|代码)\]\(lesson\.py\)")  # its content is in the cells
_RUN = {
    "zh": re.compile(r"[^。\n]*\[装好 shuzi\].*?^```$\n", re.MULTILINE | re.DOTALL),
    "en": re.compile(r"[^.\n]*\[(?:installed|Install shuzi)\].*?^```$\n", re.MULTILINE | re.DOTALL),
}
_CELLS = {
    "zh": "从上到下，一格一格地跑；第一格安装 shuzi。\n",
    "en": "Run the cells one after another; the first installs shuzi.\n",
}


def file_name(lesson: Path, language: str) -> str:
    """Return the name of a lesson's notebook: 03-numpy-zh.ipynb."""
    return f"{lesson.name}-{language}.ipynb"


def typed(worked: str) -> str:
    r"""Return the input typed at the prompt of a worked block, without the answers.

    >>> typed(">>> 1 + 1\n2\n")
    '1 + 1\n'
    """
    typed = re.findall(r"^(?:>>>|\.\.\.) ?(.*)$", worked, re.MULTILINE)
    return "".join(f"{line}\n" for line in typed)


def answered(worked: str) -> list[str]:
    r"""Cut a worked block after each answer: a cell shows only what its last line answers.

    >>> answered(">>> x = 1\n>>> x\n1\n>>> x + 1\n2\n")
    ['>>> x = 1\n>>> x\n1\n', '>>> x + 1\n2\n']
    """
    return re.findall(r"((?:^(?:>>>|\.\.\.).*\n)+(?:^(?!>>>).*\n)*)", worked, re.MULTILINE)


def notebook(lesson: Path, language: str) -> nbformat.NotebookNode:
    """Make a notebook of a lesson: code in cells, solutions folded, pictures attached, links to other notebooks.

    With SHUZI_SITE, links to other pages lead to the published site; without, only their words remain.
    """
    import jupytext  # nbformat takes seconds to import, and not every user of this module needs it
    import nbformat

    text = _RUN[language].sub(_CELLS[language], _CODE.sub("", read(lesson, language)), count=1)
    text = text.replace("```sh\n", "```console\n")  # jupytext would make a cell of it
    text = _WORKED.sub(lambda block: "\n\n".join(f"```python\n{typed(part)}```" for part in answered(block[1])), text)
    solutions = [block.text.rstrip("\n") for block in blocks(text) if block.remark == "solution"]
    made = jupytext.reads(text, fmt="md")
    for cell in made.cells:
        if cell.cell_type == "markdown":
            _attach(cell, lesson)
            cell.source = _LINK.sub(lambda link: _led(link, lesson), cell.source)
        elif cell.source in solutions:
            cell.metadata["jupyter"] = {"source_hidden": True}
    made.cells.insert(1, nbformat.v4.new_code_cell(INSTALL[language]))
    for number, cell in enumerate(made.cells):
        cell.id = f"{lesson.name[:2]}-{number}"  # the same in each build
    made.metadata = nbformat.from_dict(KERNEL | {"language_info": {"name": "python"}})
    nbformat.validate(made)
    return made


def _led(link: re.Match[str], lesson: Path) -> str:
    """Lead a link of a lesson to another notebook or to the published site."""
    label, path, anchor = link[1], link[2], link[3] or ""
    if other := _LESSON.fullmatch(path):
        return f"[{label}]({file_name(COURSE / (other[1] or lesson.name), other[2])})"
    site = os.environ.get("SHUZI_SITE", "")
    meant = (lesson / path).resolve()
    if not site.startswith("http") or meant.suffix != ".md":
        return label
    language = "zh/" if meant.name.endswith(".zh.md") else ""
    page = meant.relative_to(COURSE.parent).as_posix().removeprefix("docs/").replace(".zh.md", ".md")
    page = page.replace("README.md", "index.md") if "/" in page else f"project/{page.lower()}"
    return f"[{label}]({site}{language}{page.removesuffix('.md')}.html{anchor})"


def write_all(target: Path) -> None:
    """Write all notebooks to a folder."""
    import nbformat

    target.mkdir(parents=True, exist_ok=True)
    for lesson in LESSONS:
        for language in LANGUAGES:
            nbformat.write(notebook(lesson, language), target / file_name(lesson, language))


def _attach(cell: nbformat.NotebookNode, lesson: Path) -> None:
    pictures = {name: path for _, path, name in _PICTURE.findall(cell.source)}
    for name, path in pictures.items():
        content = base64.b64encode((lesson / path).read_bytes()).decode()
        cell.setdefault("attachments", type(cell)())[name] = {f"image/{name.rpartition('.')[2]}": content}
    cell.source = _PICTURE.sub(r"![\1](attachment:\3)", cell.source)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else COURSE.parent / "build" / "notebooks")
