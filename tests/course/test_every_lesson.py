"""Every lesson has all its parts in both languages, is short, and says only what something in it gives."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PIL import Image

from figures import DARK, LIGHT, drawings, files
from lessons import COURSE, LANGUAGES, LESSONS, ROOT, anchors, blocks, cells, changes, length, prose, read, unfounded

MOST = {"zh": 1800, "en": 1100}
HEADINGS = {
    "zh": ("准备", "把它弄坏", "想一想", "下一步"),
    "en": ("Before you start", "Break it", "Questions", "Next"),
}
TASK = {"zh": "动手写", "en": "Write it yourself"}
ON = {"zh": "接着读", "en": "To read on"}
FOLDED = re.compile(r'^<details markdown="1">\n<summary>[^\n]+</summary>\n\n.+?\n\n</details>$', re.M | re.S)
INSTALLATION = {"zh": "](../README.zh.md#安装)", "en": "](../README.md#install-it)"}
TITLE = {"zh": "# 第 {number} 课：{name}", "en": "# Lesson {number}: {name}"}
INDEX = {"zh": COURSE / "README.zh.md", "en": COURSE / "README.md"}
LEARN = ROOT / "web" / "src" / "learn"
STEPS = LEARN / "frame" / "step-address.ts"
TOKENS = ROOT / "web" / "src" / "styles" / "tokens.css"

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
every_text = pytest.mark.parametrize("language", LANGUAGES)


def code(lesson):
    return (lesson / "lesson.py").read_text("utf-8")


def title(lesson, language):
    """Return a lesson's folder and its name."""
    return lesson.name, re.split(": |：", read(lesson, language).partition("\n")[0], maxsplit=1)[1]


def folded_parts(text, language):
    """Return a text's task and its questions."""
    _, _, rest = text.partition(f"## {HEADINGS[language][2]}\n")
    questions, _, task = rest.partition(f"## {HEADINGS[language][3]}\n")[0].partition(f"## {TASK[language]}\n")
    return task, questions


def links(text):
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))


def commands(text):
    """Return the commands of a text, without comments and what only says in which language, or from where."""
    lines = [line for block in blocks(text) if block.kind == "sh" for line in block.text.splitlines()]
    plain = [re.sub(r" --lang (?:zh|en)| -i https://pypi\S+| *(?<!\S)#.*", "", line) for line in lines]
    return [line for line in plain if line]


@every_text
@every_lesson
def test_code_in_the_text_is_lesson_py_and_all_of_it(lesson, language):
    shown = [block.text for block in cells(read(lesson, language))]
    for block in shown:
        assert block in code(lesson)
    assert "".join(shown).split() == code(lesson).partition('"""\n\n')[2].split()
    assert len(code(lesson).splitlines()) <= 80


@every_lesson
def test_both_languages_show_the_same_code_output_changes_and_pictures(lesson):
    zh, en = (read(lesson, language) for language in LANGUAGES)
    for kind in ("python", "text"):
        assert [each.text for each in blocks(zh) if each.kind == kind] == [
            each.text for each in blocks(en) if each.kind == kind
        ]
    assert changes(zh) == changes(en)
    assert commands(zh) == commands(en)
    assert re.findall(r"\((pictures/.+?)-zh\.\w+\)", zh) == re.findall(r"\((pictures/.+?)-en\.\w+\)", en)


@every_text
@every_lesson
def test_the_parts_are_there(lesson, language):
    text = read(lesson, language)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [each for each in headings if each in HEADINGS[language]] == list(HEADINGS[language])
    commands = "".join(block.text for block in blocks(text) if block.kind == "sh")
    assert commands.startswith(f"python course/{lesson.name}/lesson.py\n")
    assert INSTALLATION[language] in text.partition("```sh")[0]
    assert "pip install" not in commands  # installation is told once, in the course's start page
    task, questions = folded_parts(text, language)
    assert 3 <= len(FOLDED.findall(questions)) == questions.count("<details") <= 5
    hint, solution = FOLDED.findall(task)
    assert [block.kind for block in blocks(solution)] == ["python", "text"]
    assert blocks(solution)[0].remark == "solution"
    assert not blocks(hint)
    assert re.search(r"!\[[^\]]{4,}\]\(pictures/", text)
    assert f"]({INDEX[language].name and '../' + INDEX[language].name})" in text
    other = {"zh": "en.md", "en": "zh.md"}[language]
    assert f"]({other})" in text.splitlines()[2]
    place = LESSONS.index(lesson)
    for neighbour in LESSONS[max(0, place - 1) : place] + LESSONS[place + 1 : place + 2]:
        assert f"](../{neighbour.name}/{language}.md)" in text


@every_text
@every_lesson
def test_it_ends_with_three_free_works_to_read_on(lesson, language):
    _, _, rest = read(lesson, language).partition(f"\n### {ON[language]}\n")
    works = re.findall(r"^- \[[^\]]+\]\((https?://[^\s)]+)\)$", rest, re.MULTILINE)
    assert len(rest.strip().splitlines()) == len(set(works)) == 3


@every_text
@every_lesson
def test_it_is_short(lesson, language):
    assert length(read(lesson, language), language) <= MOST[language]


@every_text
@every_lesson
def test_bold_words_lead_to_the_glossary(lesson, language):
    glossary = "glossary.zh.md" if language == "zh" else "glossary.md"
    text = re.sub(r"`[^`\n]*`", "", prose(read(lesson, language)))
    bold = re.findall(r"\[?\*\*.+?\*\*(?:\]\([^)]*\))?", text)
    assert bold
    assert [each for each in bold if f"](../../docs/reference/{glossary}#" not in each] == []


@every_text
@every_lesson
def test_every_figure_in_a_sentence_comes_from_something_that_is_run(lesson, language):
    assert unfounded(lesson, language) == []


@every_text
@pytest.mark.parametrize("place", [*LESSONS, COURSE], ids=lambda path: path.name)
def test_every_link_has_its_target(place, language):
    path = INDEX[language] if place == COURSE else place / f"{language}.md"
    steps = re.findall(r'^  "learn\.([\w-]+)"', STEPS.read_text("utf-8"), re.MULTILINE) if STEPS.exists() else None
    to_the_page = 0
    for link in links(path.read_text("utf-8")):
        parts = urlsplit(link)
        if parts.netloc == "127.0.0.1:8000":
            query = parse_qs(parts.query)
            assert query["view"][0] in ("write", "learn", "models")
            assert not steps or set(query.get("step", [])) <= set(steps)
            to_the_page += 1
        elif not parts.scheme:
            meant = path.parent / unquote(parts.path) if parts.path else path
            assert meant.exists(), link
            if parts.fragment:
                assert unquote(parts.fragment) in anchors(meant.read_text("utf-8")), link
    assert to_the_page or place == COURSE


@every_text
@every_lesson
def test_lessons_go_by_their_names_so_that_one_can_be_inserted(lesson, language):
    titles = dict(map(title, LESSONS, [language] * len(LESSONS)))
    head, _, text = read(lesson, language).partition("\n")
    assert head == TITLE[language].format(number=int(lesson.name[:2]), name=titles[lesson.name])
    assert not re.search(r"\blessons? \d|第 ?\d+ ?课", text, re.IGNORECASE)
    for label, folder in re.findall(rf"\[([^\]]+)\]\(\.\./([\w-]+)/{language}\.md\)", text):
        assert " ".join(label.split()).strip("《》") == titles[folder]


@every_text
def test_the_index_lists_every_lesson(language):
    text = INDEX[language].read_text("utf-8")
    listed = re.findall(rf"^\| \[(\d+ .+?)\]\(([\w-]+)/{language}\.md\) \|", text, re.MULTILINE)
    assert listed == [
        (f"{int(folder[:2])} {name}", folder) for folder, name in (title(each, language) for each in LESSONS)
    ]


@pytest.mark.skipif(not LEARN.exists(), reason="the page is not here")
@every_text
def test_every_step_of_the_page_leads_to_a_lesson_and_back_by_its_name(language):
    sentences = "".join(path.read_text("utf-8") for path in (LEARN.parent / "sentences" / language).rglob("*.ts"))
    names = dict(re.findall(r'"learn\.([\w-]+)": "([^"]+)"', sentences))
    steps = re.findall(r'"?([\w-]+)"?: \{.*lesson: "([^"]+)"', (LEARN / "frame" / "steps.ts").read_text("utf-8"))
    for step, folder in steps:
        head = read(COURSE / folder, language).splitlines()[2]
        assert f"[{names[step]}](http://127.0.0.1:8000/?view=learn&step={step})" in head
    assert steps
    assert {step for step, _ in steps} <= {file.stem for file in (LEARN / "steps").glob("*.tsx")}


@every_lesson
def test_every_picture_is_drawn_for_both_languages_and_themes_and_shown(lesson):
    drawn = drawings(lesson).items()
    kinds = [f"{language}{shade}" for language in LANGUAGES for shade in ("", "-dark")]
    expected = {file for name, make in drawn for kind in kinds for file in files(name, make, kind)}
    assert {path.name for path in (lesson / "pictures").iterdir()} == expected
    for language in LANGUAGES:
        shown = set(re.findall(r"\(pictures/(.+?)\)", read(lesson, language)))
        assert shown == {file for name, make in drawn for file in files(name, make, language)}


@every_text
@every_lesson
def test_what_moves_is_folded_until_a_reader_asks_and_still_beside_it(lesson, language):
    text = read(lesson, language)
    unfolded = re.sub(r"^<details.*?^</details>$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert ".webp" not in unfolded
    for name in re.findall(r"\(pictures/(.+?\.webp)\)", text):
        assert f"(pictures/{name.replace(f'-{language}.webp', f'-still-{language}.png')})" in unfolded
        with Image.open(lesson / "pictures" / name) as loop:
            assert loop.n_frames > 5


@pytest.mark.skipif(not TOKENS.exists(), reason="the page is not here")
def test_figures_have_the_colours_of_the_page():
    named = dict(re.findall(r"--([\w-]+): light-dark\((#\w+, #\w+)\)", TOKENS.read_text("utf-8")))
    for name, token in (("text", "ink"), ("accent", "accent"), ("second", "warn")):
        assert f"{getattr(LIGHT, name)}, {getattr(DARK, name)}" == named[token]


def test_words_of_the_glossary_are_those_of_the_terminology():
    terms = re.findall(r"^\| (.+?) \| (.+?) \|", (ROOT / "TERMINOLOGY.md").read_text("utf-8"), re.MULTILINE)
    for name, column in (("glossary.md", 0), ("glossary.zh.md", 1)):
        known = {re.sub(r"（.*?）", "", word) for row in terms for word in re.split("[、,] ?", row[column])}
        headings = re.findall(r"^### (.+)$", (ROOT / "docs" / "reference" / name).read_text("utf-8"), re.MULTILINE)
        assert set(headings) <= known
        assert headings
