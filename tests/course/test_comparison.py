"""What compares a lesson's text with what its code does notices a difference."""

import pytest

from lessons import Block, anchors, blocks, changes, differs, length, same, unfounded


@pytest.mark.parametrize(
    ("printed", "written", "equal"),
    [
        ("loss 17.08", "loss 17.08", True),
        ("loss 17.30", "loss 17.08", True),  # within 2 %
        ("loss 17.80", "loss 17.08", False),
        ("0.92", "0.91", True),  # one unit of the last digit
        ("0.94", "0.91", False),
        ("7 0.88 ===", "7 0.88 ===", True),
        ("1 0.88 ===", "7 0.88 ===", False),  # whole numbers are names and counts
        ("nan", "nan", True),
        ("nan", "0.91", False),
        ("-1.00", "1.00", False),
        ("train 0.91", "test 0.91", False),
        ("0.91 0.92", "0.91", False),
    ],
)
def test_a_line(printed, written, equal):
    assert same(printed, written) is equal


def test_a_wider_tolerance_holds_for_every_number():
    assert same("780 of 1000", "800 of 1000", 0.05)
    assert not same("700 of 1000", "800 of 1000", 0.05)


def test_a_block():
    shown = Block("text", "a 1\n…\nb 2\n", "")
    assert not differs("a 1\nx\ny\nb 2\n", shown)
    assert "b 2" in differs("a 1\nx\ny\n", shown)
    assert "c 3" in differs("a 1\nb 2\nc 3\n", shown)
    assert differs("", Block("text", "a\n", ""))
    assert differs("a\nb\n", Block("text", "a\n", ""))
    assert Block("text", "", "within 20 %").within == 0.2


def test_lines_that_differ_by_machine_are_compared_in_their_words():
    shown = Block("text", "A 1059.19\nO 17.08\n", "within 15 %, not A, G")
    assert shown.unsteady == ("A", "G")
    assert not differs("A 12.50\nO 17.08\n", shown)
    assert differs("A nan\nO 17.08\n", shown)
    assert differs("A 12.50\nO 99.08\n", shown)


def test_a_text_is_taken_apart():
    text = (
        "# 第 1 课：一条直线\n\n<!-- within 5 % -->\n```text\n1\n```\n\n| `a = 1` | `a = 2` | worse: `0.5` `0.6` |\n"
    )
    assert [(block.kind, block.text, block.remark) for block in blocks(text)] == [("text", "1\n", "within 5 %")]
    (change,) = changes(text)
    assert (change.old, change.new, change.printed) == ("a = 1", "a = 2", ("0.5", "0.6"))
    assert anchors(text) == {"第-1-课一条直线"}
    assert length(text, "zh") == 6
    assert length("It's a well-known `code` [word](address.md).", "en") == 4


def test_a_figure_that_nothing_gives_is_found(tmp_path):
    text = "In short 91 %, or 0.9116, not 0.95 and not 17.3.\n\n```text\n0.9116\n```\n<!-- given: 17.3 -->\n"
    (tmp_path / "en.md").write_text(text, "utf-8")
    assert unfounded(tmp_path, "en") == ["0.95"]
    (tmp_path / "measured.txt").write_text("best 0.9499\n", "utf-8")
    assert unfounded(tmp_path, "en") == []
