"""The page reads by what a person knows of the number."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import go_to, watched_pages
from driving.pen import strokes_of
from driving.serving import build_standalone
from driving.sheet import Sheet
from shuzi import messages
from shuzi.errors import ShuziError
from shuzi.reading.automaton import compile_pattern

pytestmark = pytest.mark.browser


def _write(sheet, mnist, number):
    """Write digits side by side; return the answer about all of them."""
    for position, digit in enumerate(number):
        image = mnist.test.images[np.flatnonzero(mnist.test.labels == int(digit))[0]]
        answer = sheet.write(strokes_of(image), 0.17 + 0.22 * position, 0.6)
    return answer


def _reason(pattern, language):
    """Return Python's error for a pattern."""
    with messages.speaking(language), pytest.raises(ShuziError) as raised:
        compile_pattern(pattern)
    with messages.speaking(language):
        return str(raised.value)


def test_answer_and_status_follow_the_pattern(open_sheet, mnist):
    sheet = open_sheet()
    page, choice = sheet.page, sheet.page.get_by_test_id("pattern")
    assert _write(sheet, mnist, "2049").reading["status"] == "ok"
    expect(choice).to_have_count(0)
    page.get_by_role("button", name="Correct").click()
    choice.select_option("time")
    expect(sheet.number).to_have_attribute("data-status", "unsure")
    expect(page.locator(".result .advice")).to_have_text(messages.say("reading.pattern.none", text="2049"))
    expect(page).to_have_url(re.compile("[?&]pattern=time"))
    choice.select_option("own")
    expression = page.get_by_test_id("expression")
    expect(expression).to_be_focused()
    expression.fill(r"20\d\d")
    expect(page).to_have_url(re.compile(r"pattern=20%5Cd%5Cd"))
    expect(sheet.number).to_have_attribute("data-status", "ok")
    expect(sheet.number).to_have_attribute("data-text", "2049")
    choice.select_option("")
    expect(expression).to_have_count(0)
    expect(page).not_to_have_url(re.compile("pattern"))
    expect(sheet.number).to_have_attribute("data-status", "ok")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_pattern_says_why_beside_the_field_and_any_number_is_read(open_sheet, mnist, language):
    sheet = open_sheet(r"?pattern=%5Cd%7B3", language=language)
    expression, about = sheet.page.get_by_test_id("expression"), sheet.page.locator("#pattern-about")
    expect(expression).to_have_value(r"\d{3")
    expect(about).to_contain_text(_reason(r"\d{3", language))
    expect(expression).to_have_accessible_description(re.compile(re.escape(_reason(r"\d{3", language))))
    expect(expression).to_have_attribute("aria-invalid", "true")
    assert _write(sheet, mnist, "20").reading["status"] == "ok"
    for wrong in ("(1", "abc", r"\d{999}\d{999}"):
        expression.fill(wrong)
        expect(about).to_contain_text(_reason(wrong, language))
    expression.fill(r"\d{3}")
    expression.press("Enter")
    expect(expression).to_have_attribute("aria-invalid", "false")
    expect(sheet.number).to_have_attribute("data-status", "unsure")


def test_pictures_follow_it_too_also_those_that_the_service_reads(open_sheet, as_png, mnist, tmp_path):
    row = np.full((60, 110), 255, np.uint8)
    for position in (0, 1):
        row[16:44, 20 + 45 * position : 48 + 45 * position] = 255 - mnist.test.images[position]
    (tmp_path / "number.png").write_bytes(as_png(row))
    (tmp_path / "scan.pdf").write_bytes(as_png(np.pad(row, 20, constant_values=255), "PDF"))
    sheet = open_sheet()
    sheet.page.get_by_test_id("pictures").set_input_files([tmp_path / "number.png", tmp_path / "scan.pdf"])
    expect(sheet.page.locator(".listed[data-status=ok]")).to_have_count(2)
    sheet.page.get_by_role("button", name="Correct").click()
    sheet.page.get_by_test_id("pattern").select_option("date")
    expect(sheet.page.locator(".listed[data-status=unsure]")).to_have_count(2)
    sheet.page.get_by_test_id("pattern").select_option("integer")
    expect(sheet.page.locator(".listed[data-status=ok]")).to_have_count(2)


def test_it_is_kept_while_other_views_are_open_and_in_the_file_from_disk(browser, mnist):
    with watched_pages(browser, (build_standalone() / "shuzi.html").as_uri()) as open_page:
        sheet = Sheet(open_page("?pattern=time"))
        assert _write(sheet, mnist, "2049").reading["status"] == "unsure"
        go_to(sheet.page, "Models")
        sheet.page.get_by_role("navigation", name="Views").get_by_role("link", name="Write").click()
        expect(sheet.page.get_by_test_id("pattern")).to_have_value("time")
        expect(sheet.number).to_have_attribute("data-status", "unsure")
