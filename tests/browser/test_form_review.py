"""`shuzi form read --review` opens the page on what was read; it is corrected, saved, and not lost."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
import openpyxl
import pytest
from playwright.sync_api import expect

from driving.browsing import go_to, watched_pages
from driving.filled import TEXTS, photograph, write_spec
from driving.serving import build_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("review")
    spec = write_spec(found)
    (found / "sheet.jpg").write_bytes(photograph(spec, TEXTS))
    (found / "no sheet.jpg").write_bytes(b"nothing")
    return found


@pytest.fixture
def start(folder):
    """Start the command with --review; no desktop, unless the environment names a browser."""
    build_page()
    started = []

    def run(*arguments, **environment):
        surroundings = {k: v for k, v in os.environ.items() if k not in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")}
        surroundings |= {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "SHUZI_LANG": "en"} | environment
        process = subprocess.Popen(
            [sys.executable, "-m", "shuzi", "form", "read", *arguments, "--spec", "scores.toml", "--review"],
            cwd=folder,
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address_of(process):
    return re.search(r"http://\S+", process.stdout.readline())[0]


def end(process):
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    return process.returncode, err


def test_it_opens_the_browser_on_the_table_and_what_is_corrected_is_saved(browser, start, folder, tmp_path):
    pipe, script = tmp_path / "pipe", tmp_path / "browser"
    os.mkfifo(pipe)
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {shlex.quote(str(pipe))}\n', "utf-8")
    script.chmod(0o700)
    process = start("sheet.jpg", "--out", "table.csv", BROWSER=f"{script} %s", HOME=str(tmp_path))
    address = address_of(process)
    leads = Path(url2pathname(urlsplit(pipe.read_text("utf-8")).path))  # all that a list of processes shows
    assert leads.parent == tmp_path
    assert leads.stat().st_mode & 0o077 == 0
    here, path = address.split("/?")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", here)
    assert re.fullmatch(r"view=forms&review=[0-9a-f]{16}#token=[\w-]{32}", path)
    assert httpx.get(f"{here}/v1/review", trust_env=False, timeout=None).status_code == 401
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(leads.as_uri())
        page.wait_for_url(f"{here}/**")
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    with watched_pages(browser, f"{here}/") as open_path:
        page = open_path(f"?{path}")
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        assert "token" not in page.url
        expect(page.get_by_role("img", name="The sheet on sheet.jpg")).to_be_visible()
        expect(page.get_by_test_id("frame")).to_be_attached()
        expect(page.get_by_role("textbox")).to_be_focused()
        page.keyboard.type("19")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
        page.reload()
        expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
        with page.expect_download() as found:
            page.get_by_role("button", name="Export XLSX").click()
        sheet = openpyxl.load_workbook(io.BytesIO(found.value.path().read_bytes())).active
        assert [[cell.value for cell in row[:2]] for row in sheet.iter_rows(min_row=2, max_row=4)] == [
            ["101", 17],
            ["303", 5],
            ["202", 19],
        ]
        with page.expect_download() as found:
            page.get_by_role("button", name="Save JSON").click()
        assert json.loads(found.value.path().read_text("utf-8"))["doubtful"] == 0
        with page.expect_download() as found:
            page.get_by_role("button", name="Export CSV").click()
        rows = list(csv.reader(io.StringIO(found.value.path().read_text("utf-8-sig"))))
        assert rows[3][:3] == ["202", "19", ""]
    code, err = end(process)
    assert code == 0
    assert not leads.exists()
    assert "Traceback" not in err
    assert (folder / "table.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_without_a_desktop_it_prints_the_address_and_problems_end_it_with_1(start):
    process = start("sheet.jpg", "no sheet.jpg", TERM="xterm")
    address = address_of(process)
    token = re.search("token=(.+)", address)[1]
    asked = {"authorization": f"Bearer {token}"}
    said = httpx.get(f"{address.partition('?')[0]}v1/review", headers=asked, trust_env=False, timeout=None).json()
    assert said["photographs"] == ["sheet.jpg"]
    assert [each["source"] for each in said["table"]["problems"]] == ["no sheet.jpg"]
    code, err = end(process)
    assert code == 1
    assert "no sheet.jpg" in err


def test_with_nothing_to_review_it_says_why_and_ends(start):
    process = start("no sheet.jpg")
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert "no sheet.jpg" in err


def test_another_table_does_not_replace_corrections_unless_one_agrees(browser, start):
    process = start("sheet.jpg")
    here, path = address_of(process).split("?")
    with watched_pages(browser, here) as open_path:
        page = open_path(f"?view=forms#{path.partition('#')[2]}")
        other = {"format": 1, "title": "Older", "columns": [], "rows": [], "doubtful": 0, "problems": []}
        column = {"name": "q", "label": "", "kind": "number", "decimals": 0, "total": False, "printed": False}
        cell = {"text": "1", "status": "unsure", "confidence": 0.5, "rule": "", "message": "", "alternatives": []}
        cell |= {"page": 1, "box": [0, 0, 1, 1], "source": "z.jpg"}
        other |= {"columns": [column], "rows": [{"sheet": 1, "row": 1, "cells": {"q": cell}}]}
        content = json.dumps(other).encode()
        page.get_by_test_id("table-file").set_input_files(
            {"name": "t.json", "mimeType": "application/json", "buffer": content}
        )
        expect(page.get_by_role("heading", name="Older")).to_be_visible()
        page.keyboard.type("2")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("remaining")).to_have_text("Every doubtful cell has been checked.")
        asked = []

        def decide(dialog):
            asked.append(dialog.message)
            if len(asked) == 1:
                dialog.dismiss()
            else:
                dialog.accept()

        page.on("dialog", decide)
        page.goto(f"?{path.partition('#')[0]}")
        while not asked:
            page.evaluate("document.title")
        expect(page.get_by_role("heading", name="Older")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        assert len(asked) == 2
    assert end(process)[0] == 0


def test_a_photograph_that_could_not_be_had_is_asked_for_again(browser, start):
    process = start("sheet.jpg")
    here, path = address_of(process).split("?")
    with watched_pages(browser, here) as open_path:
        page = open_path(f"?view=learn#{path.partition('#')[2]}", refusals=(0,))
        asked = []

        def fail(route):
            asked.append(route.request.url)
            route.abort("connectionreset")

        page.route("**/photographs/1", fail)
        page.goto(f"?{path.partition('#')[0]}")
        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        while not asked:
            page.evaluate("document.title")
        assert re.search(r"/v1/review/[0-9a-f]{16}/photographs/1$", asked[0])
        expect(page.get_by_role("img", name="The sheet on sheet.jpg")).to_have_count(0)
        page.unroute("**/photographs/1")
        page.get_by_role("link", name="Write", exact=True).click()
        go_to(page, "Forms")
        expect(page.get_by_role("img", name="The sheet on sheet.jpg")).to_be_visible()
    assert end(process)[0] == 0
