"""Reads the lessons of the course: their code, what it prints, commands, changes to try, words, links and figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "course"
LANGUAGES = ("zh", "en")
LESSONS = sorted(path.parent for path in COURSE.glob("[0-9][0-9]-*/lesson.py"))

_FENCE = re.compile(
    r"(?:^<!-- (?P<remark>(?:within|exactly|not run:|solution)[^>]*?) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")


@dataclass(frozen=True)
class Block:
    """A fenced block of a text: its language, its lines and the remark before it."""

    kind: str
    text: str
    remark: str

    @property
    def within(self) -> float | None:
        """The tolerance of `<!-- within 20 % -->` as a fraction; 0 for `<!-- exactly -->`, None for the usual one."""
        if self.remark == "exactly":
            return 0.0
        found = re.match(r"within (\d+) ?%", self.remark)
        return int(found[1]) / 100 if found else None

    @property
    def unsteady(self) -> tuple[str, ...]:
        """The lines, by first word, that `<!-- within 20 %, not A, G -->` exempts: they differ between machines."""
        return tuple(re.split(r", ", self.remark.partition("%, not ")[2])) if "%, not " in self.remark else ()

    def allowed(self, line: str) -> float | None:
        """Return the fraction by which the numbers of a line may differ."""
        return float("inf") if line.partition(" ")[0] in self.unsteady else self.within


@dataclass(frozen=True)
class Change:
    """A row of the table under "Break it": replace `old` with `new` in lesson.py, and these lines are printed."""

    old: str
    new: str
    printed: tuple[str, ...]


def read(lesson: Path, language: str) -> str:
    """Return a lesson's text in one language."""
    return (lesson / f"{language}.md").read_text("utf-8")


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a text, in order."""
    return [Block(found["kind"], found["text"], found["remark"] or "") for found in _FENCE.finditer(text)]


def is_worked(block: Block) -> bool:
    """Tell whether a block shows worked numbers at a prompt, which do not belong to lesson.py."""
    return block.kind == "python" and block.text.startswith(">>>")


def cells(text: str) -> list[Block]:
    """Return the blocks that make up lesson.py."""
    return [
        block
        for block in blocks(text)
        if block.kind == "python" and not is_worked(block) and block.remark != "solution"
    ]


def changes(text: str) -> list[Change]:
    """Return the changes that a text proposes: rows of three columns, the first two a piece of code each."""
    rows = re.findall(r"^\| (`+)(.+?)\1 \| (`+)(.*?)\3 \| (.+) \|$", text, re.MULTILINE)
    return [Change(old.strip(), new.strip(), tuple(re.findall(r"`([^`]+)`", seen))) for _, old, _, new, seen in rows]


def prose(text: str) -> str:
    """Return a text without its blocks, comments and formulas' marks: the sentences that a person reads."""
    return re.sub(r"<!--.*?-->", "", _FENCE.sub("", text), flags=re.DOTALL)


def length(text: str, language: str) -> int:
    """Count Chinese characters or English words, without code, addresses, tags and the names of further reading."""
    own = re.sub(r"^- \[[^\]]+\]\(https?://.*\n", "", prose(text), flags=re.MULTILINE)
    words = re.sub(r"`[^`\n]*`|\]\([^)]*\)|<[^>]+>", " ", own)
    return len(re.findall("[\u3400-\u9fff]" if language == "zh" else r"[A-Za-z]+(?:['’-][A-Za-z]+)*", words))


def anchors(text: str) -> set[str]:
    """Return the anchors of a text's headings, as GitHub and the site name them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"\]\([^)]*\)", "", heading.strip())
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
    return found


def same(line: str, written: str, within: float | None = None) -> bool:
    """Tell whether a printed line matches the line in a text.

    Words must be equal, whole numbers too; a number with decimals may differ by 2 % or by one unit of its last digit.
    With `within`, every number may differ by that fraction; with 0, by nothing.
    """
    ours, theirs = _NUMBER.findall(line), _NUMBER.findall(written)
    if len(ours) != len(theirs) or "".join(_NUMBER.sub("#", line).split()) != "".join(
        _NUMBER.sub("#", written).split()
    ):
        return False
    return all(_close(mine, shown, within) for mine, shown in zip(ours, theirs, strict=True))


def _close(printed: str, shown: str, within: float | None) -> bool:
    if printed == shown:
        return True
    if within == 0 or (within is None and re.fullmatch(r"-?\d+", shown)):
        return False
    unit = 10.0 ** -len(shown.partition(".")[2]) if re.fullmatch(r"-?\d+\.\d+", shown) else 0.0
    allowed = abs(float(shown)) * (0.02 if within is None else within) + unit
    return abs(float(printed) - float(shown)) <= allowed * (1 + 1e-9)


def differs(printed: str, block: Block) -> str:
    """Return the first written line that was not printed, or ""; a line `…` stands for any number of lines."""
    lines, written = printed.splitlines(), block.text.splitlines()
    place, anywhere = 0, False
    for shown in written:
        if shown.strip() == "…":
            anywhere = True
            continue
        while anywhere and place < len(lines) and not same(lines[place], shown, block.allowed(shown)):
            place += 1
        if place >= len(lines) or not same(lines[place], shown, block.allowed(shown)):
            return f"{shown!r}, but printed: {lines[place] if place < len(lines) else 'nothing'!r}"
        place, anywhere = place + 1, False
    return "" if anywhere or place == len(lines) else f"nothing, but printed: {lines[place]!r}"


def unlike(shown: list[Block], printed: list[str]) -> str:
    """Return where a text's blocks differ from what its python blocks printed, in order, or "".

    Whatever is printed must be shown in the text, before the next code; a worked block answers for itself.
    """
    said, compared, outputs = "", 0, iter(printed)
    for block in shown:
        if block.kind == "text":
            if lost := differs(said, block):
                return lost
            said, compared = "", compared + 1
        elif block.kind == "python":
            if said:
                return f"this is printed and not shown: {said}"
            said = next(outputs)
    if said or not compared:
        return f"this is printed and not shown: {said}" if said else "no output is shown"
    return ""


def unfounded(lesson: Path, language: str) -> list[str]:
    """Return the figures (decimals, percentages) in a text's sentences that nothing in the lesson gives.

    A figure may come from a block, from the table under "Break it", from measured.txt (what measure.py prints), or be
    listed in `<!-- given: 2.718 -->` since it is no measurement.
    """
    text = read(lesson, language)
    sources = [block.text for block in blocks(text)] + re.findall(r"`([^`\n]+)`", prose(text))
    sources += re.findall(r"<!-- given: (.+?) -->", text)
    if (lesson / "measured.txt").is_file():
        sources.append((lesson / "measured.txt").read_text("utf-8"))
    known = {
        float(each) for source in sources for each in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", source.replace(",", ""))
    }
    known |= {100 * each for each in known}
    sentences = re.sub(r"`[^`\n]*`|\]\([^)]*\)|\$[^$\n]+\$", " ", prose(text)).replace(",", "")
    shown = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])|(?<![\w.])\d+(?:\.\d+)?(?= ?%)", sentences)
    lost = []
    for each in shown:
        half = 0.5 * 10.0 ** -len(each.partition(".")[2]) + 1e-9
        if not any(abs(value - float(each)) <= half for value in known):
            lost.append(each)
    return lost
