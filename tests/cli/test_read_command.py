import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image, ImageDraw

from shuzi.reading.reader import load


@pytest.fixture(scope="module")
def drawn(mnist):
    """Return an MNIST digit as on paper, and a row of digits, as PIL images."""

    def draw(*places):
        images = [np.pad(255 - mnist.validation.images[place], 4, constant_values=255) for place in places]
        row = np.hstack(images)
        return Image.fromarray(row).resize((row.shape[1] * 4, row.shape[0] * 4), Image.Resampling.BICUBIC)

    return draw


@pytest.fixture
def folder(tmp_path, drawn, monkeypatch):
    """Change to a folder with a 5, a 0, and a blank page."""
    drawn(0).save(tmp_path / "five.png")
    drawn(1).save(tmp_path / "nought.png")
    Image.new("L", (80, 60), 250).save(tmp_path / "blank.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


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


def test_json_is_an_object_a_line_with_the_names_of_a_reading(shuzi, folder):
    ended = shuzi("read", "--json", "five.png", "blank.png")
    assert (ended.code, ended.err) == (0, "")
    reader = load()
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert found == [reader.read(name).as_dict(name) for name in ("five.png", "blank.png")]
    assert [next(iter(each)) for each in found] == ["source", "source"]
    assert found[0]["digits"][0]["digit"] == 5


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


def test_csv_is_a_table_with_a_row_for_every_picture(shuzi, folder):
    five = folder / 'a, "b".png'
    (folder / "five.png").rename(five)
    ended = shuzi("read", "--csv", five.name, "missing.png", "blank.png")
    assert ended.code == 1
    head, *rows = csv.reader(io.StringIO(ended.out))
    assert head[:6] == ["source", "text", "status", "confidence", "message", "digits_text"]
    assert head[6:] == ["digits_status", "digits_confidence"]
    assert rows[0][:3] == [five.name, "5", "ok"]
    assert float(rows[0][3]) == pytest.approx(load().read(five).confidence, abs=1e-4)
    assert rows[1][:4] == ["missing.png", "", "error", ""]
    assert rows[0][5:7] == ["5", "ok"]
    assert rows[2] == ["blank.png", "", "blank", "1.0", "There is no writing in this picture.", "", "blank", "1.0"]


def test_readings_are_saved_for_spreadsheets_and_programs(shuzi, folder):
    pictures = ("five.png", "missing.png", "blank.png")
    for name in ("a.csv", "a.xlsx", "a.jsonl"):
        ended = shuzi("read", *pictures, "--out", name)
        assert (ended.code, ended.out) == (1, "")  # since a picture is missing
    content = (folder / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(folder / "a.xlsx").active
    cells = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[:3] for row in cells] == [row[:3] for row in rows]
    assert cells[1][1] == "5"  # a text: an id keeps its zeros
    assert cells[1][3] == pytest.approx(float(rows[1][3]))
    lines = [json.loads(line) for line in (folder / "a.jsonl").read_text("utf-8").splitlines()]
    assert [line["source"] for line in lines] == list(pictures)


@pytest.mark.parametrize("options", [("--out", "a.txt"), ("--out", "a.csv", "--csv"), ("--out", "five.png/a.csv")])
def test_what_cannot_be_saved_is_an_error(shuzi, folder, options):
    (folder / "a.csv").write_text("mine", "utf-8")
    ended = shuzi("read", "five.png", *options)
    assert ended.code in (1, 2)
    assert "Error" in ended.err
    assert (folder / "a.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["five.png/a.csv", "b.csv", "a.xlsx"])
def test_what_cannot_be_saved_is_refused_before_anything_is_read(shuzi, folder, monkeypatch, name):
    monkeypatch.setattr("shuzi.reading.reader.load", None)
    if name == "a.xlsx":
        monkeypatch.setitem(sys.modules, "openpyxl", None)
    (folder / "b.csv").mkdir()
    assert shuzi("read", "five.png", "--out", name).code == 1


def test_the_rows_of_a_table_end_as_rfc_4180_has_it(run_alone, folder):
    table = subprocess.run(
        [sys.executable, "-m", "shuzi", "read", "--csv", "five.png"], capture_output=True, check=True
    )
    assert re.fullmatch(
        rb'"source","text","status","confidence","message","digits_text","digits_status","digits_confidence"\r\n'
        rb'"five\.png","5","ok","(0\.\d+)","Read\.","5","ok","\1"\r\n',
        table.stdout,
    )


def test_a_folder_gives_the_pictures_in_it_in_the_order_of_counting(shuzi, folder, drawn):
    (folder / "deep").mkdir()
    for number in (10, 9):
        drawn(0).save(folder / "deep" / f"{number}.png")
    (folder / "deep" / "notes.txt").write_text("no picture", "utf-8")
    ended = shuzi("read", "--json", "deep", "nought.png")
    sources = [json.loads(line)["source"] for line in ended.out.splitlines()]
    assert sources == [os.path.join("deep", "9.png"), os.path.join("deep", "10.png"), "nought.png"]  # noqa: PTH118


def test_folders_without_pictures_are_wrong_use(shuzi, tmp_path):
    (tmp_path / "notes.txt").touch()
    ended = shuzi("read", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert str(tmp_path) in ended.err


def test_a_folder_without_pictures_among_others_fails_and_the_others_are_read(shuzi, folder):
    (folder / "empty").mkdir()
    ended = shuzi("read", "empty", "five.png")
    assert ended.code == 1
    assert ended.out.startswith("five.png")
    assert "empty" in ended.err


@pytest.mark.parametrize("given", [["read"], ["read", "a.png", "--json", "--csv"], ["read", "--model"]])
@pytest.mark.parametrize(("language", "heading"), [("zh", "错误"), ("en", "Error")])
def test_wrong_use(shuzi, given, language, heading):
    ended = shuzi("--lang", language, *given)
    assert (ended.code, ended.out) == (2, "")
    assert heading in ended.err


def _piped(content, *options):
    given = [sys.executable, "-m", "shuzi", "--lang", "en", "read", "-", *options]
    return subprocess.run(given, input=content, capture_output=True, check=False)


def test_a_picture_comes_in_by_a_pipe(folder):
    content = (folder / "five.png").read_bytes()
    assert _piped(content).stdout.split() == [b"5"]
    both = _piped(content, "nought.png", "--json").stdout.splitlines()
    assert [json.loads(line)["source"] for line in both] == ["-", "nought.png"]


def test_what_comes_in_by_a_pipe_and_is_no_picture_is_an_error():
    ended = _piped(b"hello")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(b"Error: standard input is not a picture")


def test_each_page_of_a_pdf_is_read(shuzi, folder, drawn):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    pages = [Image.new("L", (600, 400), 255) for _ in range(2)]
    for place, page in enumerate(pages):
        page.paste(drawn(place), (200, 120))
    pages[0].save("scan.pdf", save_all=True, append_images=pages[1:], resolution=100)
    found = [json.loads(line) for line in shuzi("read", "--json", "scan.pdf").out.splitlines()]
    assert [(each["source"], each["text"]) for each in found] == [("scan.pdf#1", "5"), ("scan.pdf#2", "0")]
    assert shuzi("read", "scan.pdf#2").out == "0\n"
    piped = _piped((folder / "scan.pdf").read_bytes(), "--json").stdout.splitlines()
    assert [json.loads(line)["source"] for line in piped] == ["-#1", "-#2"]


def test_a_pdf_may_have_any_number_of_pages(shuzi, folder, drawn):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    pages = [Image.new("L", (300, 200), 255) for _ in range(40)]
    pages[-1].paste(drawn(0), (100, 60))
    pages[0].save("class.pdf", save_all=True, append_images=pages[1:], resolution=100)
    found = [json.loads(line) for line in shuzi("read", "--json", "class.pdf").out.splitlines()]
    assert [each["source"] for each in found] == [f"class.pdf#{number}" for number in range(1, 41)]
    assert [each["text"] for each in found] == [""] * 39 + ["5"]


def test_a_file_in_a_folder_that_cannot_be_opened_up_is_named_in_its_row(shuzi, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (folder / "scans").mkdir()
    (folder / "scans" / "one.pdf").write_bytes(b"%PDF-1.7")
    row = json.loads(shuzi("read", "--json", "scans").out)
    assert row["source"] == str(Path("scans") / "one.pdf")
    assert "pypdfium2" in row["error"]


def test_without_the_extra_a_pdf_is_an_error_that_names_it_and_the_install_line(shuzi, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7")
    ended = shuzi("read", "scan.pdf", "five.png")
    assert ended.code == 1
    assert ended.err.startswith("Error: scan.pdf: Opening PDFs needs pypdfium2")
    assert 'pip install ".[pictures]"' in ended.err
    assert ended.out.startswith("five.png")


def test_another_model_reads(shuzi, folder, finished_run):
    for model in ("softmax", finished_run()):
        (line,) = shuzi("read", "--json", "--model", model, "five.png").out.splitlines()
        assert json.loads(line) == load(model).read("five.png").as_dict("five.png")
    ended = shuzi("read", "--model", "nomodel", "five.png")
    assert (ended.code, ended.out) == (1, "")
    assert "nomodel" in ended.err


def test_explanations_are_written_one_a_picture(shuzi, folder):
    (folder / "other").mkdir()
    (folder / "five.png").rename(folder / "other" / "nought.png")
    ended = shuzi("read", "--explain", "seen", "nought.png", "missing.png", "other/nought.png")
    assert ended.code == 1
    assert [line.split()[1] for line in ended.out.splitlines()] == ["0", "5"]
    assert "missing.png" in ended.err
    assert "seen" in ended.err.splitlines()[-1]
    names = sorted(path.name for path in (folder / "seen").iterdir())
    assert names == ["nought-2.explained.png", "nought.explained.png"]
    for name in names:
        with Image.open(folder / "seen" / name) as image:
            assert image.width == 1_000


def test_explanations_beside_the_pictures_overwrite_none(shuzi, folder):
    before = (folder / "five.png").read_bytes()
    assert shuzi("read", "--explain", ".", "five.png").code == 0
    assert (folder / "five.png").read_bytes() == before
    assert (folder / "five.explained.png").is_file()


def test_a_place_that_takes_no_explanations_is_an_error(shuzi, folder):
    (folder / "taken").write_text("a file", "utf-8")
    ended = shuzi("read", "--explain", "taken", "five.png")
    assert ended.code == 1
    assert ended.err.startswith("Error: Cannot write taken")


def _rest(controller):
    """Read everything sent to a terminal whose other end is closed: pieces, and then, on Linux, an error."""
    parts = []
    with suppress(OSError):
        while part := os.read(controller, 100_000):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals here")
def test_many_pictures_move_a_bar_on_a_terminal_and_nowhere_else(folder):
    controller, terminal = os.openpty()
    given = [sys.executable, "-m", "shuzi", "read", "--lang", "en", *["five.png"] * 12]
    surroundings = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    ended = subprocess.run(given, stdout=subprocess.PIPE, stderr=terminal, env=surroundings, check=True)
    os.close(terminal)
    moved = _rest(controller).decode()
    os.close(controller)
    assert ended.stdout.decode().count("five.png  5  ok") == 12
    assert b"\x1b" not in ended.stdout
    assert "Reading" in moved
    assert "12/12" in moved
    quiet = subprocess.run(given, capture_output=True, env=surroundings, check=True)
    assert (quiet.stdout, quiet.stderr) == (ended.stdout, b"")


def test_closing_the_output_early_prints_no_error(folder):
    """As in `shuzi read folder | head -1`."""
    given = [sys.executable, "-m", "shuzi", "read", *["five.png"] * 3]
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(given, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_a_name_that_is_no_text_is_no_obstacle(folder):
    strange = os.fsdecode(b"\xff\xfe.png")
    try:
        (folder / "five.png").rename(folder / strange)
    except OSError:
        pytest.skip("this disk takes no such names")
    ended = subprocess.run([sys.executable, "-m", "shuzi", "read", "--json", "."], capture_output=True, check=True)
    assert [json.loads(line)["text"] for line in ended.stdout.splitlines()] == ["", "0", "5"]


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
