"""Chinese sentences use full-width Chinese punctuation, as in print."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
HAN = "\u3400-\u9fff"
CODE = "\ue000"  # replaces code or an address
HALF_WIDTH = re.compile(
    rf"(?<=[{HAN}])[,;!?](?![\"'])|(?<=[{HAN}]):(?![\"'\]])|[,;](?=[{HAN}])"
    rf"|(?<=\*\*)[,;:]|(?<={CODE})[,;:](?![ -~])|(?<={CODE})[,;:](?={CODE})|(?<=[{HAN}])[,;:](?={CODE})|\d\.\d+,\d"
)
AS_THE_TUTORIAL_PRINTS = re.compile("\u5f53\u524dloss|(^|`)\u51c6\u786e\u7387: ")
PLACES = ("*.zh.md", "docs/**/*.zh.md", "course/*/zh.md")
DOCUMENTS = sorted(path for pattern in PLACES for path in ROOT.glob(pattern))


def prose(document):
    """Return the lines without code and addresses."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [re.sub(r"`[^`]*`|\]\([^)]*\)|https?://\S+", CODE, line) for line in text.splitlines()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents(document):
    wrong = [line for line in prose(document) if HALF_WIDTH.search(line) and not AS_THE_TUTORIAL_PRINTS.search(line)]
    assert wrong == []


@pytest.mark.parametrize("catalogue", ["shuzi", "click"])
def test_sentences(catalogue):
    path = ROOT / "src" / "shuzi" / "messages" / "zh" / "LC_MESSAGES" / f"{catalogue}.po"
    with path.open("rb") as lines:
        messages = list(read_po(lines, locale="zh"))
    said = [
        each
        for message in messages
        for each in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert len(said) > 10
    assert [each for each in said if HALF_WIDTH.search(each) and not AS_THE_TUTORIAL_PRINTS.search(each)] == []
