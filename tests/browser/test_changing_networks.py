"""What is shown belongs to the network that is chosen and to the ink that is there; the rest waits."""

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import go_to, opened
from driving.pen import strokes_of

pytestmark = pytest.mark.browser


def _as_digit(mnist, digit):
    return strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]])


@pytest.fixture
def held(open_sheet):
    """A sheet whose page gets no file of the model softmax, and the function that lets it go."""
    sheet = open_sheet()
    # the service worker would send requests in the page's place
    sheet.page.evaluate("navigator.serviceWorker.ready.then((found) => found.unregister())")
    sheet.page.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    sheet.page.reload()
    waiting = []
    is_held = True

    def hold(route):
        if is_held:
            waiting.append(route)
        else:  # the table of Models and Write each ask for it
            route.continue_()

    def let_go():
        nonlocal is_held
        is_held = False
        for route in waiting:
            route.continue_()

    sheet.page.route("**/models/softmax.bin.gz", hold)

    return sheet, let_go


def test_no_answer_stands_under_the_name_of_another_network(held, mnist):
    sheet, let_go = held
    page = sheet.page
    with sheet.explained():
        sheet.write(_as_digit(mnist, 2), 0.3)
    with sheet.explained():
        sheet.write(_as_digit(mnist, 7), 0.7)
    with page.expect_request("**/models/softmax.bin.gz"):
        page.get_by_role("radio", name="softmax").check()
    for shown in (sheet.number, sheet.cards, sheet.boxes, page.locator(".inside-bars .best")):
        expect(shown).to_have_count(0)
    expect(page.locator(".result")).to_have_text("Reading…")
    let_go()
    expect(sheet.number).to_have_attribute("data-text", "27")


def test_pictures_are_read_anew_by_a_network_that_was_chosen_in_another_view(held, two_pictures):
    sheet, let_go = held
    page = sheet.page
    page.get_by_test_id("pictures").set_input_files(two_pictures)
    listed = page.locator(".listed-text")
    expect(listed).to_have_text(["72", "72"])
    go_to(page, "Models")
    with page.expect_request("**/models/softmax.bin.gz"):
        opened(page, "softmax").get_by_role("link", name="Try it").click()
    expect(listed).to_have_count(0)
    let_go()
    expect(listed).to_have_text(["72", "72"])


def test_the_strip_stays_with_the_digit_that_was_chosen(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    with sheet.explained():
        sheet.write(_as_digit(mnist, 2), 0.2, 0.5)
    with sheet.explained():
        sheet.write(_as_digit(mnist, 7), 0.45, 0.5)
    best = page.locator(".inside-bars .best .numbers")
    expect(best).to_have_text(["7", "7"])
    sheet.cards.nth(0).locator(".card-head").click()
    expect(best).to_have_text(["2", "2"])
    page.evaluate(
        """() => {
          window.said = new Set();
          const look = () => {
            for (const each of document.querySelectorAll(".inside-bars .best .numbers")) said.add(each.textContent);
          };
          new MutationObserver(look).observe(document.querySelector(".inside"), {
            subtree: true, childList: true, attributes: true, characterData: true,
          });
        }"""
    )
    with sheet.explained():
        sheet.write(_as_digit(mnist, 4), 0.8, 0.5)
    expect(sheet.number).to_have_attribute("data-text", "274")
    expect(best).to_have_text(["2", "2"])
    assert page.evaluate("[...said]") in ([], ["2"])


def test_the_digit_that_was_chosen_is_followed_through_another_network(open_sheet, mnist):
    sheet = open_sheet("?closer=open")
    page = sheet.page
    for digit, left in ((2, 0.3), (7, 0.7)):
        with sheet.explained():
            sheet.write(_as_digit(mnist, digit), left)
    best = page.locator(".inside-bars .best .numbers")
    sheet.cards.nth(0).locator(".card-head").click()
    expect(best).to_have_text(["2", "2"])
    for network in ("tiny", "default"):
        with sheet.explained():
            page.get_by_role("radio", name=network).check()
        expect(best).to_have_text(["2", "2"])
    page.get_by_role("button", name="Clear").click()
    with sheet.explained():
        sheet.write(_as_digit(mnist, 7))
    expect(page.locator(".correct")).to_have_count(0)  # nothing is chosen on a new sheet


def test_a_letter_has_its_bar_in_the_strip(open_sheet):
    sheet = open_sheet()
    sheet.write([[(19, 6), (9, 6), (9, 22), (19, 22)], [(9, 14), (18, 14)]])  # an E
    expect(sheet.page.locator(".result .verdict")).to_have_text("Not a digit")
    probabilities = sheet.page.locator(".inside-stage.of-not-sure .inside-bars")
    expect(probabilities.locator(".numbers").last).to_have_text("?")
    expect(probabilities.locator(".best .numbers")).to_have_text("?")
