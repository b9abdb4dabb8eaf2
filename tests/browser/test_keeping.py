"""Corrected digits are kept in the browser, listed, removed, and exchanged with `shuzi hand` as .npz files."""

import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

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
    page.goto("?view=things")
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


def test_a_kept_digit_changes_no_other_reading(open_sheet):
    sheet = open_sheet()
    with sheet.explained() as before:
        sheet.write(LIKE_A_ONE)
    assert before.text == "7"
    _keep(sheet, "1")
    sheet.page.get_by_role("button", name="Clear").click()
    with sheet.explained() as after:
        sheet.write(LIKE_A_ONE)
    assert after.text == "7"
    assert after.reading["digits"][0]["probabilities"] == before.reading["digits"][0]["probabilities"]


def test_a_file_without_digits_says_what_is_wrong_and_takes_nothing_away(open_page, tmp_path):
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, images=np.zeros((2, 28, 28)), labels=np.zeros(2, np.uint8))
    (tmp_path / "words.npz").write_bytes(b"no archive")
    page = open_page("?view=things")
    files = page.get_by_test_id("kept-file")
    files.set_input_files(wrong)
    expect(page.get_by_text("That .npz file holds no digits")).to_be_visible()
    files.set_input_files(tmp_path / "words.npz")
    expect(page.get_by_text("That is not an .npz file")).to_be_visible()
    expect(page.locator(".kept li")).to_have_count(0)
