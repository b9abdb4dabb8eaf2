"""A network becomes a QR code in the Models view, Python reads it, and the page reads one that was photographed."""

import re

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import shuzi
from driving.pen import strokes_of
from driving.sheet import Sheet
from shuzi.models.qr.network import read_code, write_code
from shuzi.models.qr.symbol import drawn
from shuzi.models.store import shipped

pytestmark = pytest.mark.browser
pytest.importorskip("zxingcpp")


def test_a_code_from_the_page_is_read_by_python(open_page, tmp_path):
    page = open_page("?view=models")
    expect(page.get_by_role("heading", name="A network on paper")).to_be_visible()
    section = page.locator(".paper-make")
    section.get_by_role("textbox").fill("小明 Ming")
    section.get_by_role("button", name="Make the code").click()
    code = page.get_by_test_id("paper-code")
    expect(code).to_contain_text("1,000")
    with page.expect_download() as download:
        code.get_by_role("button").click()
    download.value.save_as(tmp_path / "code.png")
    read = read_code(tmp_path / "code.png")
    assert read.name == "小明 Ming"
    python = write_code(shipped()["tiny"], tmp_path / "python.png")
    for ours, theirs in zip(python.layers, read.layers, strict=True):
        # the page has the weights of tiny at half precision
        assert np.mean(ours.weights == theirs.weights) > 0.98
        np.testing.assert_allclose(ours.bias, theirs.bias, atol=2e-3)


def test_a_photographed_code_is_scanned_and_handed_on(open_page, tmp_path, mnist):
    digits = mnist.validation
    own = type(digits)(digits.images[:3], digits.labels[:3])
    write_code(shipped()["tiny"], tmp_path / "code.png", "Ming", own)
    page = open_page("?view=models")
    _photograph(tmp_path / "code.png", tmp_path / "photo.jpg")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "photo.jpg")
    found = page.get_by_test_id("paper-found")
    expect(found).to_contain_text("Ming")
    expect(found.locator("canvas")).to_have_count(3)
    expect(found).to_contain_text("of the first 1,000 test images")
    # the next code is of this network, with its digits
    section = page.locator(".paper-make")
    expect(section).to_contain_text("Ming")
    section.get_by_role("textbox").fill("Hong")
    section.get_by_role("button", name="Make the code").click()
    with page.expect_download() as download:
        page.get_by_test_id("paper-code").get_by_role("button").click()
    download.value.save_as(tmp_path / "next.png")
    first, following = (read_code(tmp_path / name) for name in ("code.png", "next.png"))
    assert (following.name, following.labels.tolist()) == ("Hong", first.labels.tolist())
    for one, other in zip(first.layers, following.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.scale, other.scale)


def test_a_scanned_network_is_kept_and_reads_like_one_trained_here(open_page, tmp_path, mnist):
    card = tmp_path / "code.png"
    write_code(shipped()["tiny"], card, "Ming")
    page = open_page("?view=models")
    page.get_by_test_id("paper-file").set_input_files(card)
    scan = page.locator(".paper-scan")
    scan.get_by_role("button", name="Keep this network").click()
    listed = page.locator("[data-model^='scanned.']")
    expect(listed.get_by_role("heading")).to_have_text("From a code: Ming")
    expect(page.locator("[data-reader^='scanned.'] strong")).to_have_text(re.compile(r"^\d$"))
    with page.expect_download() as saved:
        listed.get_by_role("button", name="Export .onnx").click()
    saved.value.save_as(tmp_path / "ming.onnx")
    images = mnist.test.images[:200]
    answers = [shuzi.load(path).classify(images) for path in (tmp_path / "ming.onnx", card)]
    np.testing.assert_array_equal(*answers)
    scan.get_by_role("link", name="Try it").click()
    page.reload()  # the address names it
    expect(page.get_by_role("radio", name="From a code: Ming")).to_be_checked()
    seven = mnist.test.images[np.flatnonzero(mnist.test.labels == 7)[0]]
    assert Sheet(page).write(strokes_of(seven)).text == "7"
    page.goto("?view=models")
    page.once("dialog", lambda dialog: dialog.accept())
    listed.get_by_role("button", name="Delete").click()
    expect(listed).to_have_count(0)


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (drawn("https://example.org"), "does not hold a shuzi network"),
        (drawn("SHUZI:AAAAAAAAAAAA"), "does not hold a shuzi network"),
        (np.full((90, 90), 255, np.uint8), "No QR code can be read"),
    ],
    ids=["an address", "other bytes", "paper"],
)
def test_what_is_no_network_says_so(open_page, tmp_path, content, sentence):
    Image.fromarray(content).save(tmp_path / "picture.png")
    page = open_page("?view=models")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "picture.png")
    expect(page.locator(".paper-scan").get_by_role("alert")).to_contain_text(sentence)
    (tmp_path / "picture.txt").write_text("no picture")
    page.get_by_test_id("paper-file").set_input_files(tmp_path / "picture.txt")
    expect(page.locator(".paper-scan").get_by_role("alert")).to_contain_text("not a picture")
