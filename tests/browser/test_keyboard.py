"""The page by keyboard alone: everything can be reached, in order, with a visible focus."""

import re

import pytest
from playwright.sync_api import expect

from driving.tour import tour

pytestmark = pytest.mark.browser

# the stops of Tab, in order; of a radio group, the checked button or else the first; of a table, what
# scrolls, since its cells are for the arrows
REACHABLE = """() => {
  const number = (element, place) => { element.dataset.place = place; };
  const wanted = "a[href], button:not(:disabled), input:not(:disabled), select, summary, [tabindex='0'], .forms-grid";
  const group = (element) => [...document.querySelectorAll(`input[type=radio][name="${element.name}"]`)];
  const stop = (element) => group(element).find(({ checked }) => checked) ?? group(element)[0];
  const elements = [...document.querySelectorAll(wanted)].filter((element) =>
    (element.checkVisibility() || element.matches(".skip")) &&
    (element.type !== "radio" || element === stop(element)) &&
    element.getAttribute("tabindex") !== "-1");
  elements.forEach(number);
  return elements.length;
}"""

FOCUSED = """() => {
  const element = document.activeElement;
  (element.labels?.[0] ?? element).scrollIntoView({ block: "nearest" });
  const surroundings = [];
  for (let around = element.parentElement; around && surroundings.length < 3; around = around.parentElement) {
    surroundings.push(around.className);
  }
  return {
    place: element.dataset.place === undefined ? null : Number(element.dataset.place),
    kind: [element.tagName, element.type, element.className, ...surroundings].join(" "),
  };
}"""


def test_tab_goes_through_all_that_can_be_used_and_shows_where_it_is(open_page, run):
    page = open_page(reduced_motion="reduce", refusals=(422,))
    kinds = set()
    for state in tour(page, run.id):
        page.evaluate("document.activeElement.blur()")
        page.evaluate("scrollTo(0, 0)")
        page.locator("body").evaluate(
            "(body) => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); }"
        )
        count = page.evaluate(REACHABLE)
        for place in range(count):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            assert (state, found) == (state, found | {"place": place})
            if found["kind"] in kinds:
                continue
            kinds.add(found["kind"])
            focused = page.screenshot(animations="disabled")
            page.evaluate("window.left = document.activeElement, window.left.blur()")
            shows = page.screenshot(animations="disabled") != focused
            assert (state, found["kind"], shows) == (state, found["kind"], True)
            page.evaluate("window.left.focus()")


def test_the_way_into_the_page_is_short(open_page):
    page = open_page()
    page.locator("h1").wait_for()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("application")).to_be_focused()


def test_keys_alone_lead_through_the_views_and_a_training_is_set_up(open_page, expect_query):
    page = open_page()

    def tab_to(locator):
        while not locator.evaluate("(element) => element === document.activeElement"):
            page.keyboard.press("Tab")

    page.locator("h1").wait_for()
    tab_to(page.get_by_role("link", name="Learn"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text(re.compile("^Softmax"))
    tab_to(page.get_by_role("slider", name="Score of 0"))
    page.keyboard.press("End")
    expect(page.locator(".largest .of-digit")).to_have_text("0")
    tab_to(page.get_by_role("radio", name="Three scores"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Score of")).to_have_count(10)
    tab_to(page.get_by_role("link", name="Next: Loss"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    tab_to(page.get_by_role("button", name="[0.1, 0, 0.9]"))
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Squared error").locator(".loss-value")).to_have_text("0.02")
    for _ in range(2):
        tab_to(page.get_by_role("navigation", name="Previous and next step").get_by_role("link").last)
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Now train it yourself")
    tab_to(page.get_by_role("slider", name="Steps"))
    page.keyboard.press("Home")
    expect_query(page, steps=100, step="train")
    tab_to(page.get_by_role("button", name="Start training"))
