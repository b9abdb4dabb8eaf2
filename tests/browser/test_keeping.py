"""Corrected digits are kept in the browser, listed, removed, and exchanged with `shuzi hand` as .npz files."""

import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

import shuzi
from driving.pen import strokes_of
from shuzi.data.formats import load_dataset
from shuzi.data.own import add_to_hand

pytestmark = pytest.mark.browser

LIKE_A_ONE = [[(8, 7), (14, 5)], [(14, 5), (13, 14), (12, 23)]]  # read as a 7, not far from a 1


def _keep(sheet, label):
    """Correct the only digit of the sheet and keep it; return the image that the network saw."""
    sheet.page.get_by_role("button", name="Correct").click()
    panel = sheet.page.locator(".correct")
    panel.get_by_role("button", name=label, exact=True).click()
    panel.get_by_role("button", name="Keep this digit").click()
    expect(panel.get_by_role("button", name="Kept")).to_be_visible()


def test_kept_digits_survive_a_reload_and_go_to_shuzi_hand_and_back(open_sheet, mnist, tmp_path):
    sheet = open_sheet()
    page = sheet.page
    with sheet.explained() as answer:
        sheet.write(strokes_of(mnist.test.images[0]))
    _keep(sheet, "1")
    page.reload()
    kept = page.locator(".kept li")
    expect(kept).to_have_count(1)
    expect(kept.locator("strong")).to_have_text("1")

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as .npz").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "shuzi-digits.npz"
    dataset = load_dataset(saved)
    assert dataset.labels.tolist() == [1]
    assert np.array_equal(dataset.images[0], np.array(answer.reading["digits"][0]["image"]))
    listed = subprocess.run(
        [sys.executable, "-m", "shuzi", "hand", "list", str(saved)], capture_output=True, check=True, encoding="utf-8"
    )
    assert listed.stdout.startswith("1: 1\n")

    # it comes back, with one that Python added; the digit already here is not duplicated
    add_to_hand(saved, mnist.test.images[1:2], mnist.test.labels[1:2])
    page.get_by_test_id("kept-file").set_input_files(saved)
    expect(page.get_by_text("2 digits are kept.")).to_be_visible()
    expect(kept.locator("strong")).to_have_text(["1", "2"])
    page.get_by_role("button", name="Remove kept digit 1, a 1").click()
    expect(kept.locator("strong")).to_have_text(["2"])
    expect(page.get_by_role("button", name="Remove kept digit 1, a 2")).to_be_focused()
    page.reload()
    expect(kept.locator("strong")).to_have_text(["2"])


def test_kept_digits_are_taken_into_account_as_python_does(open_sheet, tmp_path):
    sheet = open_sheet()
    page = sheet.page
    with sheet.explained() as answer:
        sheet.write(LIKE_A_ONE)
    assert answer.text == "7"
    _keep(sheet, "1")
    page.keyboard.press("Control+z")  # a kept digit counts, whatever happens to the correction
    expect(sheet.boxes.nth(0)).to_have_attribute("data-mine", "false")
    use = page.get_by_role("checkbox", name="Take them into account")
    with sheet.explained() as without:
        use.uncheck()
    with sheet.explained() as answer:
        use.check()
    picture = tmp_path / "sheet.png"
    picture.write_bytes(sheet.last_picture())
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as .npz").click()
    download.value.save_as(tmp_path / "mine.npz")
    reader = shuzi.load()
    for found, expected in (
        (without, reader.read(picture)),
        (answer, reader.with_hand(tmp_path / "mine.npz").read(picture)),
    ):
        assert found.text == expected.text
        (digit,) = found.reading["digits"]
        assert digit["probabilities"] == pytest.approx(expected.digits[0].probabilities, abs=0.01)
        assert digit["probability"] == pytest.approx(expected.digits[0].probability, abs=0.01)
    plain, with_hand = (each.reading["digits"][0]["probabilities"] for each in (without, answer))
    assert with_hand[1] > plain[1] + 0.3


def test_a_file_without_digits_says_what_is_wrong_and_takes_nothing_away(open_sheet, mnist, tmp_path):
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, images=np.zeros((2, 28, 28)), labels=np.zeros(2, np.uint8))
    (tmp_path / "words.npz").write_bytes(b"no archive")
    sheet = open_sheet()
    files = sheet.page.get_by_test_id("kept-file")
    files.set_input_files(wrong)
    expect(sheet.page.get_by_text("That .npz file holds no digits")).to_be_visible()
    files.set_input_files(tmp_path / "words.npz")
    expect(sheet.page.get_by_text("That is not an .npz file")).to_be_visible()
    expect(sheet.page.locator(".kept li")).to_have_count(0)
