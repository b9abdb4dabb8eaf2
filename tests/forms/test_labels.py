"""Fields of a traced form are named by what is printed beside, above and behind them."""

import cv2
import numpy as np
import pytest
from PIL import Image

from shuzi.forms.grammar import BOXES
from shuzi.forms.kinds import Field
from shuzi.forms.labels import Words, labelled, read_words
from shuzi.forms.spec import read_spec
from shuzi.forms.trace import save_traced, trace
from shuzi.ink.boxes import Box


def _fields(*places):
    return [Field(f"f{n}", label=f"f{n}", style=BOXES, at=(Box(*at),)) for n, at in enumerate(places, start=1)]


def _words(*lines):
    """Make words, 4 mm high, of a text and where it begins; a letter of Chinese is twice as wide as one of Latin."""
    wide = [sum(1.8 if letter.isascii() else 3.6 for letter in text) for text, _, _ in lines]
    return [Words(text, Box(x, y, w, 4.0), 0.99) for (text, x, y), w in zip(lines, wide, strict=True)]


def _names(fields, words):
    return [field.name for field in labelled(fields, words)]


def test_a_label_stands_at_the_left_or_above():
    fields = _fields((40, 20, 30, 8), (110, 20, 30, 8), (40, 50, 30, 8), (110, 50, 30, 8))
    words = _words(
        ("Account：", 15, 22), ("Code", 95, 22), ("PAYING-IN SLIP", 40, 5), ("Amount", 40, 45), ("备注", 110, 45)
    )
    assert _names(fields, words) == ["Account", "Code", "Amount", "备注"]
    assert _names(_fields((40, 50, 30, 8)), _words(("1.", 33, 52), ("Amount", 40, 45))) == ["Amount"]
    assert _names(_fields((40, 50, 30, 8)), _words(("A", 33, 52))) == ["A"]


def test_fields_with_the_same_label_are_told_apart_and_keep_it():
    fields = labelled(_fields((40, 20, 30, 8), (40, 40, 30, 8)), _words(("金额", 20, 22), ("金额", 20, 42)))
    assert [(field.name, field.label) for field in fields] == [("金额", "金额"), ("金额 2", "金额")]


def test_cells_are_named_by_their_row_and_column():
    fields = _fields((50, 40, 30, 10), (80, 40, 30, 10), (50, 50, 30, 10), (80, 50, 30, 10))
    words = _words(
        ("科目", 22, 33),
        ("期中", 60, 33),
        ("期末", 90, 33),
        ("1", 12, 43),
        ("语文", 22, 43),
        ("2", 12, 53),
        ("数学", 22, 53),
    )
    assert _names(fields, words) == ["语文 期中", "语文 期末", "数学 期中", "数学 期末"]


def test_cells_with_labels_in_the_cells_between_are_named_by_these():
    fields = _fields((40, 40, 30, 10), (100, 40, 30, 10), (40, 50, 30, 10), (100, 50, 30, 10))
    words = _words(("姓名", 22, 43), ("年龄", 75, 43), ("电话", 22, 53), ("邮编", 75, 53))
    title = Words("登记表", Box(90, 28, 60, 9), 0.99)
    assert _names(fields, [*words, title]) == ["姓名", "年龄", "电话", "邮编"]


def test_parts_of_a_date_share_its_label():
    fields = _fields((40, 20, 24, 8), (72, 20, 12, 8), (92, 20, 12, 8))
    words = _words(("日期", 20, 22), ("年", 66, 22), ("月", 86, 22), ("日", 106, 22))
    assert _names(fields, words) == ["日期 年", "日期 月", "日期 日"]
    fields = _fields((40, 20, 12, 8), (56, 20, 12, 8), (72, 20, 24, 8))
    assert _names(fields, _words(("Date", 20, 22), ("/", 53, 22), ("/", 69, 22))) == ["Date", "Date 2", "Date 3"]


def test_units_and_what_belongs_to_another_field_are_no_labels():
    fields = _fields((40, 20, 30, 8), (140, 20, 30, 8))
    assert _names(fields, _words(("Weight", 20, 22), ("kg", 72, 22))) == ["Weight", "f2"]
    assert _names(fields, _words(("Weight", 20, 22), ("see note", 72, 22))) == ["Weight", "f2"]
    to_tick = _fields((40, 20, 6, 6), (56, 20, 6, 6))
    assert _names(to_tick, _words(("性别", 20, 21), ("男", 47, 21))) == ["性别", "f2"]
    label_of_the_right_one = _words(("Telephone", 40, 45))
    assert _names(_fields((40, 50, 12, 8), (60, 43, 30, 8)), label_of_the_right_one) == ["f1", "Telephone"]


@pytest.mark.parametrize("text", ["1. Name", "10. Total", "Tel. No.", "Acct. No. 5", "Ref. No", "Date of birth"])
def test_numbered_and_shortened_labels_are_labels(text):
    (field,) = _fields((40, 20, 30, 8))
    assert labelled([field], [Words(text, Box(15, 22, 20, 4), 0.99)])[0].label == text


def test_notes_signs_and_doubtful_words_are_no_labels():
    (field,) = _fields((40, 20, 30, 8))
    notes = ("请用黑色的笔填写。", "See page 2. Ask the office", "a" * 61, "*", "……")
    for text in notes:
        assert labelled([field], [Words(text, Box(15, 22, 20, 4), 0.99)]) == (field,)
    assert labelled([field], [Words("Arnount", Box(15, 22, 20, 4), 0.6)]) == (field,)


def test_a_name_is_never_that_of_a_field_without_label():
    fields = _fields((40, 20, 30, 8), (140, 20, 30, 8))
    assert _names(fields, _words(("f2", 20, 22))) == ["f2 2", "f2"]


def test_whatever_is_read_the_spec_can_be_read_again(sheets, tmp_path):
    page = np.full((1188, 840), 255, np.uint8)
    cv2.rectangle(page, (300, 200), (500, 240), 0, 2)
    cv2.putText(page, "Form with some print", (100, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 3)
    box = Box(30, 50, 40, 8)
    for text in ('a"\\\n\u200bb]', "\x7f\x00金\u3000额", "\ud7ff" * 60, "= [[fields]]"):
        form = trace(
            Image.fromarray(page), "card", "card", "A4", None, "mm", lambda *_, text=text: [Words(text, box, 1.0)]
        )
        out = tmp_path / f"{len([*tmp_path.iterdir()])}.toml"
        save_traced(form, out)
        (field,) = read_spec(out).fields
        assert field.name == form.spec.fields[0].name


def test_a_form_is_named_by_what_is_printed_on_it(benchmark_module):
    pytest.importorskip("rapidocr")
    (form,) = benchmark_module("six_forms").six_forms("meter card")
    scan = cv2.resize((form.page * 255).astype(np.uint8), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    made = trace(Image.fromarray(scan), "card", "card", "148x105", None, "mm", read_words)
    names = {
        "Customer no.",
        "Code",
        "Electricity",
        "Meter",
        "Gas",
        "Meter 2",
        "Water",
        "Meter 3",
        "Telephone",
        "Persons",
    }
    assert {field.name for field in made.spec.fields} == names
