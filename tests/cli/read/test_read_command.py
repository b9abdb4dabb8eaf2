"""What the command reads, in words and with the options that change it."""

import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shuzi.reading.reader import load


def test_a_single_picture_gives_its_number_and_nothing_else(shuzi, folder):
    ended = shuzi("read", "five.png")
    assert (ended.code, ended.out, ended.err) == (0, "5\n", "")


def test_several_pictures_give_a_line_each(shuzi, folder):
    ended = shuzi("read", "five.png", "nought.png", "blank.png")
    assert (ended.code, ended.err) == (0, "")
    five, nought, blank = ended.out.splitlines()
    assert re.fullmatch(r"five\.png    5  ok, confidence \d\d%", five)
    assert re.fullmatch(r"nought\.png  0  ok, confidence \d\d%", nought)
    assert blank == "blank.png   -  blank: There is no writing in this picture."


def test_in_chinese_it_is_chinese(shuzi, folder):
    ended = shuzi("--lang", "zh", "read", "five.png", "blank.png", "missing.png")
    assert ended.code == 1
    assert re.search(r"5  可靠，把握 \d\d%\n", ended.out)
    assert "空白：这张图片里没有字迹。" in ended.out
    assert ended.err.startswith("错误：无法读取 missing.png")


def test_what_is_not_certain_says_so_beside_the_number(shuzi, folder):
    alone = shuzi("read", "blank.png")
    assert (alone.code, alone.out) == (0, "blank: There is no writing in this picture.\n")
    sign = np.full((240, 240), 255, np.uint8)  # a # is not a digit
    for place in (86, 146):
        sign[36:204, place : place + 8] = sign[place : place + 8, 36:204] = 0
    Image.fromarray(sign).save("sign.png")
    reading = load().read("sign.png")
    assert reading.status != "ok"
    assert shuzi("read", "sign.png").out.splitlines()[-1].endswith(reading.message)


def test_several_lines_of_writing(shuzi, folder, drawn):
    page = Image.new("L", (400, 400), 255)
    page.paste(drawn(0, 1), (20, 20))
    page.paste(drawn(1), (20, 230))
    page.save("lines.png")
    reading = load().read("lines.png")
    assert reading.text == "50\n0"
    assert shuzi("read", "lines.png").out.startswith("50\n0\n")
    assert "lines.png  50 / 0  " in shuzi("read", "lines.png", "five.png").out


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_read(shuzi, folder):
    (folder / "broken.png").write_bytes((folder / "five.png").read_bytes()[:200])
    (folder / "text.png").write_text("hello", "utf-8")
    given = ("five.png", "broken.png", "missing.png", "text.png", "nought.png")
    ended = shuzi("read", *given)
    assert ended.code == 1
    assert [line.split()[:2] for line in ended.out.splitlines()] == [["five.png", "5"], ["nought.png", "0"]]
    assert [re.search(r"\w+\.png", line)[0] for line in ended.err.splitlines()] == list(given[1:4])
    objects = [json.loads(line) for line in shuzi("read", "--json", *given).out.splitlines()]
    assert [each["source"] for each in objects] == list(given)
    assert [sorted(each) for each in objects[1:4]] == [["error", "source"]] * 3
    assert "truncated" in objects[1]["error"]
    assert "text.png is not a picture" in objects[3]["error"]


@pytest.mark.parametrize("given", [["read"], ["read", "a.png", "--json", "--csv"], ["read", "--model"]])
@pytest.mark.parametrize(("language", "heading"), [("zh", "错误"), ("en", "Error")])
def test_wrong_use(shuzi, given, language, heading):
    ended = shuzi("--lang", language, *given)
    assert (ended.code, ended.out) == (2, "")
    assert heading in ended.err


def test_another_model_reads(shuzi, folder, finished_run):
    for model in ("softmax", finished_run()):
        (line,) = shuzi("read", "--json", "--model", model, "five.png").out.splitlines()
        assert json.loads(line) == load(model).read("five.png").as_dict("five.png")
    ended = shuzi("read", "--model", "nomodel", "five.png")
    assert (ended.code, ended.out) == (1, "")
    assert "nomodel" in ended.err


@pytest.fixture
def price(folder, drawn):
    """A picture of two digits with a dot between them."""
    page = Image.new("L", (280, 140), 235)
    for place, digit in enumerate((4, 7)):
        page.paste(drawn(digit).resize((120, 120)), (10 + 140 * place, 10))
    ImageDraw.Draw(page).ellipse((132, 104, 146, 118), fill=30)
    page.save(folder / "price.png")
    return folder / "price.png"


def test_marks_are_read_and_can_be_left_out(shuzi, price):
    whole = json.loads(shuzi("read", "--json", price).out)
    assert whole["text"] == "9.3"
    assert [each["mark"] for each in whole["marks"]] == ["."]
    plain = json.loads(shuzi("read", "--json", "--digits-only", price).out)
    assert (plain["text"], plain["marks"]) == ("93", [])
    assert plain["confidence"] == whole["digits_confidence"] >= whole["confidence"]
    row = next(csv.DictReader(io.StringIO(shuzi("read", "--csv", price).out)))
    assert (row["text"], row["digits_text"]) == ("9.3", "93")


def test_one_value_of_a_list_is_chosen(shuzi, folder, price):
    (folder / "values.txt").write_text("\ufeff9.3\r\n\r\n 1.9 \n", "utf-8")
    assert shuzi("read", "--among", "values.txt", price).out == "9.3\n"
    (folder / "values.txt").write_text("1.9\n8.8\n", "utf-8")
    ended = shuzi("read", "--among", "values.txt", price)
    assert "unsure" in ended.out
    for content, told in (
        (b"", "is empty"),
        (b"9.3\nab", "cannot be on the list"),
        (b"\xff\xfe4", "not a text file"),
    ):
        (folder / "values.txt").write_bytes(content)
        ended = shuzi("read", "--among", "values.txt", price)
        assert (ended.code, ended.out) == (1, "")
        assert told in ended.err
    assert shuzi("read", "--among", "no-such.txt", price).code == 1


def test_a_number_follows_a_pattern(shuzi, folder, price):
    assert shuzi("read", "--pattern", r"\d\.\d", price).out == "9.3\n"
    assert '"9.3",' in shuzi("read", "--pattern", "amount", "--csv", price).out
    unfit = json.loads(shuzi("read", "--json", "--pattern", r"\d\d", price).out)
    assert (unfit["status"], "pattern" in unfit["message"]) == ("unsure", True)
    (folder / "values.txt").write_text("93\n9.3\n", "utf-8")
    assert shuzi("read", "--among", "values.txt", "--pattern", r"\d\.\d", price).out == "9.3\n"
    for pattern, told in (("(", "character 1"), (r"\d{2000}", "1,000"), ("phon", "phone"), (r"\w", "character 1")):
        ended = shuzi("read", "--pattern", pattern, price)
        assert (ended.code, ended.out) == (1, "")
        assert told in ended.err


@pytest.mark.parametrize("given", [("read", "five.png"), ("form", "read", "five.png", "--table")])
def test_a_model_that_cannot_know_a_hand_is_called_as_it_was_named(shuzi, folder, mnist, given):
    np.savez_compressed("mine.npz", images=mnist.validation.images[:1], labels=mnist.validation.labels[:1])
    ended = shuzi(*given, "--model", "softmax", "--hand", "mine.npz")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: softmax does not output features.")
