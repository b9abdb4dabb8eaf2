"""The notebooks are complete in themselves, and run from the first cell to the last."""

import re
from itertools import islice
from pathlib import Path

import pytest

from lessons import LANGUAGES, LESSONS, blocks, cells, is_worked, read, unlike
from notebooks import INSTALL, answered, file_name, notebook, typed, write_all

HERE = Path(__file__).parent
ANSWER = "import sys\nsys.path.insert(0, {folder!r})\nimport in_order\nin_order.answer({shown!r}, globals())"

LONG = ("11-last-half-percent",)  # trains fifteen times

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)


def code(made):
    return [cell.source for cell in made.cells if cell.cell_type == "code"]


def test_a_notebook_is_valid_and_the_same_each_time(tmp_path):
    import nbformat

    write_all(tmp_path / "once")
    write_all(tmp_path / "again")
    names = {file_name(lesson, language) for lesson in LESSONS for language in LANGUAGES}
    assert {path.name for path in (tmp_path / "once").iterdir()} == names
    for name in names:
        nbformat.validate(nbformat.read(tmp_path / "once" / name, as_version=4))
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
@every_lesson
def test_a_notebook_needs_no_other_file(lesson, language):
    made = notebook(lesson, language)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            attached = set(cell.get("attachments", {}))
            assert set(re.findall(r"\(attachment:([^)]+)\)", cell.source)) == attached
            links = re.findall(r"\]\((?!https?:|attachment:)([^)]+)\)", cell.source)
            assert set(links) <= {file_name(other, each) for other in LESSONS for each in LANGUAGES}
            assert f"course/{lesson.name}" not in cell.source  # a folder other than its own
    assert code(made)[0] == INSTALL[language]
    (solution,) = [
        cell.source for cell in made.cells if cell.get("metadata", {}).get("jupyter") == {"source_hidden": True}
    ]
    assert f"{solution}\n" in [block.text for block in blocks(read(lesson, language)) if block.remark == "solution"]
    shown = [block.text.rstrip("\n") for block in cells(read(lesson, language))]
    assert [source for source in code(made)[1:] if source in shown] == shown


def test_links_lead_to_other_notebooks_and_to_the_site_if_there_is_one(monkeypatch):
    lesson = LESSONS[1]
    monkeypatch.delenv("SHUZI_SITE", raising=False)
    text = "".join(cell.source for cell in notebook(lesson, "zh").cells)
    assert f"({LESSONS[0].name}-zh.ipynb)" in text
    assert f"({lesson.name}-en.ipynb)" in text
    assert "glossary" not in text
    monkeypatch.setenv("SHUZI_SITE", "https://example.org/")
    text = "".join(cell.source for cell in notebook(lesson, "zh").cells)
    assert "(https://example.org/zh/reference/glossary.html#标签)" in text
    assert "(https://example.org/zh/course/index.html)" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "lesson",
    [pytest.param(each, marks=[pytest.mark.long] if each.name in LONG else []) for each in LESSONS],
    ids=lambda path: path.name,
)
def test_a_notebook_runs_and_prints_what_both_texts_say(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # on a busy machine two threads mostly wait for each other
    pytest.importorskip("tensorflow", reason="the extra `train` is not installed")
    nbclient = pytest.importorskip("nbclient")
    made = {language: notebook(lesson, language) for language in LANGUAGES}
    assert code(made["zh"])[1:] == code(made["en"])[1:]
    worked = [
        part for block in blocks(read(lesson, "en")) if block.text.startswith(">>>") for part in answered(block.text)
    ]
    for cell in made["zh"].cells:
        if cell.cell_type == "code" and any(cell.source == typed(each).rstrip("\n") for each in worked):
            shown = next(each for each in worked if cell.source == typed(each).rstrip("\n"))
            cell.source = ANSWER.format(folder=str(HERE), shown=shown)
            worked.remove(shown)
    assert not worked
    done = nbclient.NotebookClient(
        made["zh"], timeout=None, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    cells = [cell for cell in done.cells if cell.cell_type == "code"][1:]
    said = iter(
        "".join(each.text for each in cell.outputs if each.output_type == "stream" and each.name == "stdout")
        for cell in cells
    )
    shown = [block for block in blocks(read(lesson, "en")) if block.kind == "python"]
    counts = [len(answered(block.text)) if is_worked(block) else 1 for block in shown]  # a cell for each answer
    printed = ["".join(islice(said, count)) for count in counts]
    assert not list(said)
    for language in LANGUAGES:
        assert not (lost := unlike(blocks(read(lesson, language)), printed)), f"{language}: {lost}"
