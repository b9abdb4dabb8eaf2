"""A network becomes a QR code under Your things, and the page reads one that was photographed."""

import base64
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import shuzi
from driving.pen import strokes_of
from driving.sheet import Sheet

pytestmark = pytest.mark.browser

CODE = Path(__file__).parents[1] / "fixtures" / "qr-code.png"
HELD = json.loads(CODE.with_suffix(".json").read_text("utf-8"))


def test_a_code_that_was_made_is_read_again(open_page, tmp_path):
    page = open_page("?view=things")
    expect(page.get_by_role("heading", name="A network on paper")).to_be_visible()
    code = _made(page, "小明 Ming")
    expect(code).to_contain_text("1,000")
    right = re.search(r"(\d+) in the code", code.inner_text())[1]
    _saved(page, code, tmp_path / "code.png")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "code.png")
    found = page.get_by_test_id("paper-found")
    expect(found).to_contain_text("小明 Ming")
    expect(found).to_contain_text(f"It gets {right} of the first 1,000 test images right")


def test_a_photographed_code_is_scanned_and_handed_on(open_page, tmp_path):
    page = open_page("?view=things")
    _photograph(CODE, tmp_path / "photo.jpg")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "photo.jpg")
    found = page.get_by_test_id("paper-found")
    expect(found).to_contain_text(HELD["name"])
    expect(found.locator("canvas")).to_have_count(len(HELD["labels"]))
    expect(found).to_contain_text("of the first 1,000 test images")
    right = re.search(r"It gets \d+ of", found.inner_text())[0]
    # the next code is of this network, with its digits
    expect(page.locator(".paper-make")).to_contain_text(HELD["name"])
    _saved(page, _made(page, "Hong"), tmp_path / "next.png")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "next.png")
    expect(found).to_contain_text("Hong")
    expect(found.locator("canvas")).to_have_count(len(HELD["labels"]))
    expect(found).to_contain_text(right)


def test_a_scanned_network_is_kept_and_reads_like_one_trained_here(open_page, tmp_path, mnist):
    page = open_page("?view=things")
    page.get_by_test_id("paper-file").set_input_files(CODE)
    scan = page.locator(".paper-scan")
    scan.get_by_role("button", name="Keep this network").click()
    listed = page.locator("[data-network^='scanned.']")
    expect(listed.get_by_role("heading")).to_have_text(f"From a code: {HELD['name']}")
    with page.expect_download() as saved:
        listed.get_by_role("button", name="Export .onnx").click()
    saved.value.save_as(tmp_path / "ming.onnx")
    images = np.frombuffer(base64.b64decode(HELD["images"]), np.uint8).reshape(-1, 28, 28)
    answers = shuzi.load(tmp_path / "ming.onnx").classify(images)
    np.testing.assert_allclose(answers, HELD["probabilities"], atol=1e-5)
    page.goto("?view=models")
    expect(page.locator("[data-reader^='scanned.'] strong")).to_have_text(re.compile(r"^\d$"))
    page.goto("?view=things")
    listed.get_by_role("link", name="Try it").click()
    page.reload()  # the address names it
    expect(page.get_by_role("radio", name=f"From a code: {HELD['name']}")).to_be_checked()
    seven = mnist.test.images[np.flatnonzero(mnist.test.labels == 7)[0]]
    assert Sheet(page).write(strokes_of(seven)).text == "7"
    page.goto("?view=things")
    page.once("dialog", lambda dialog: dialog.accept())
    listed.get_by_role("button", name="Delete").click()
    expect(listed).to_have_count(0)


def _made(page, name):
    """Make a code with this name; return what the page shows of it."""
    section = page.locator(".paper-make")
    section.get_by_role("textbox").fill(name)
    section.get_by_role("button", name="Make the code").click()
    code = page.get_by_test_id("paper-code")
    expect(code).to_be_visible()
    return code


def _saved(page, code, target):
    with page.expect_download() as download:
        code.get_by_role("button").click()
    download.value.save_as(target)


def _photograph(card, target):
    """Photograph a code from the side, a little blurred."""
    page = np.array(Image.open(card).convert("L"))
    side = len(page)
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    seen = np.array([[120, 90], [940, 60], [970, 890], [90, 860]], np.float32)
    photo = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, seen), (1060, 960), flags=cv2.INTER_AREA, borderValue=230
    )
    Image.fromarray(cv2.GaussianBlur(photo, (0, 0), 0.7)).save(target, quality=90)


def _drawn(text):
    code = cv2.QRCodeEncoder.create().encode(text)
    return np.pad(code, 4, constant_values=255).repeat(6, axis=0).repeat(6, axis=1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (_drawn("https://example.org"), "does not hold a shuzi network"),
        (_drawn("SHUZI:AAAAAAAAAAAA"), "does not hold a shuzi network"),
        (np.full((90, 90), 255, np.uint8), "No QR code can be read"),
    ],
    ids=["an address", "other bytes", "paper"],
)
def test_what_is_no_network_says_so(open_page, tmp_path, content, sentence):
    Image.fromarray(content).save(tmp_path / "picture.png")
    page = open_page("?view=things")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "picture.png")
    expect(page.locator(".paper-scan").get_by_role("alert")).to_contain_text(sentence)
    (tmp_path / "picture.txt").write_text("no picture")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "picture.txt")
    expect(page.locator(".paper-scan").get_by_role("alert")).to_contain_text("not a picture")
