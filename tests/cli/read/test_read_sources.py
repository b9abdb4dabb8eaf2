"""Pictures come from folders, pipes and PDF files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


def test_a_folder_gives_the_pictures_in_it_in_the_order_of_counting(shuzi, folder, drawn):
    (folder / "deep").mkdir()
    for number in (10, 9):
        drawn(0).save(folder / "deep" / f"{number}.png")
    (folder / "deep" / "notes.txt").write_text("no picture", "utf-8")
    ended = shuzi("read", "--json", "deep", "nought.png")
    sources = [json.loads(line)["source"] for line in ended.out.splitlines()]
    assert sources == [os.path.join("deep", "9.png"), os.path.join("deep", "10.png"), "nought.png"]  # noqa: PTH118


def test_folders_without_pictures_are_an_error(shuzi, tmp_path):
    (tmp_path / "notes.txt").touch()
    ended = shuzi("read", tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert str(tmp_path) in ended.err


def test_a_folder_without_pictures_among_others_fails_and_the_others_are_read(shuzi, folder):
    (folder / "empty").mkdir()
    ended = shuzi("read", "empty", "five.png")
    assert ended.code == 1
    assert ended.out.startswith("five.png")
    assert "empty" in ended.err


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


def test_a_name_that_is_no_text_is_no_obstacle(folder):
    strange = os.fsdecode(b"\xff\xfe.png")
    try:
        (folder / "five.png").rename(folder / strange)
    except OSError:
        pytest.skip("this disk takes no such names")
    ended = subprocess.run([sys.executable, "-m", "shuzi", "read", "--json", "."], capture_output=True, check=True)
    assert [json.loads(line)["text"] for line in ended.stdout.splitlines()] == ["", "0", "5"]


def test_the_address_of_a_picture_is_named_once(shuzi, folder):
    ended = shuzi("read", "http://example.com/x.png")
    assert ended.code == 1
    assert ended.err.startswith("Error: http://example.com/x.png is the address of a web page")
