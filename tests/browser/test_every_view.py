"""Every view, and every state that looks different, on a desk and on a phone, in both languages."""

import pytest
from playwright.sync_api import expect

from driving.faults import lost_focus, too_small, too_wide, violations, wrong_texts
from driving.serving import WEB, NotReadyError, install_packages
from driving.tour import settle, tour

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
BUTTONS = {"zh": ("中", "zh-Hans"), "en": ("EN", "en")}


@pytest.fixture(scope="module")
def axe():
    try:
        install_packages()
    except NotReadyError as problem:
        pytest.fail(str(problem))
    return WEB / "node_modules" / "axe-core" / "axe.min.js"


def _speak(page, language):
    """Switch to a language, and wait until the view speaks it."""
    name, tag = BUTTONS[language]
    before = page.locator("main").inner_text()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.locator("main")).not_to_have_text(before)
    settle(page)


def test_it_speaks_both_languages_and_is_accessible_also_by_keyboard_alone(open_page, axe):
    page = open_page(refusals=(422,))
    kinds = set()
    found = {}
    for state in tour(page):
        faults = violations(page, axe) + lost_focus(page, kinds)
        _speak(page, "zh")
        faults += wrong_texts(page, "zh")
        page.emulate_media(color_scheme="dark")  # no rule depends on both, theme and language
        settle(page)
        faults += violations(page, axe)
        page.emulate_media(color_scheme="light")
        _speak(page, "en")
        faults += wrong_texts(page, "en")
        if faults:
            found[state] = faults
    assert found == {}


def test_a_phone_shows_it_without_scrolling_sideways_and_large_enough_to_tap(open_page):
    page = open_page(refusals=(422,), **PHONE)
    found = {}
    for state in tour(page):
        faults = too_wide(page) + too_small(page)
        _speak(page, "zh")
        faults += too_wide(page) + too_small(page)
        _speak(page, "en")
        if faults:
            found[state] = faults
    for language in BUTTONS:
        page.goto(f"docs?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        if faults := too_wide(page):
            found["docs", language] = faults
    assert found == {}
