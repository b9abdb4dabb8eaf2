"""A view's state is in the address: anyone who opens it sees the same, and the back button works."""

import re

import pytest
from playwright.sync_api import expect

from driving.browsing import go_to

pytestmark = pytest.mark.browser


def _seen(page):
    """Return the view's text and the positions of its controls."""
    page.locator("h1").wait_for()
    if page.locator(".model-choice").count():
        page.locator("[name=model]").nth(1).wait_for()
        page.wait_for_load_state("networkidle")  # the service's list of models has arrived as well
    controls = page.locator("main input:not([type=file])").evaluate_all(
        "(inputs) => inputs.map(({ name, value, checked }) => [name, value, checked])"
    )
    return page.locator("main").inner_text(), controls


TOUCHES = [
    ("?view=learn", ("radio", "3", "Space"), {"look": 3}),
    ("?view=learn&step=softmax", ("slider", "Score of 1", "Home"), {"scores": "4,-10,10"}),
    ("?view=learn&step=loss", ("slider", "Probability of the correct", "Home"), {"right": 0}),
    ("?view=learn&step=rate", ("slider", "Learning rate", "End"), {"slope_rate": 1.2}),
    ("?view=learn&step=train", ("slider", "Batch size", "Home"), {"batch": 1}),
    ("?view=write&model=tiny", ("radio", "softmax", "Space"), {"model": "softmax"}),
    ("?view=learn&step=loss", ("button", "中", "Enter"), {"step": "loss", "lang": "zh"}),
]


def test_an_address_shows_somebody_else_the_same(open_page, expect_query):
    page, other = (open_page(reduced_motion="reduce") for _ in range(2))
    for start, (role, name, key), kept in TOUCHES:
        page.goto(start)
        before = _seen(page)
        page.get_by_role(role, name=name).first.press(key)
        expect_query(page, **kept)
        after = _seen(page)
        assert after != before
        other.goto(page.url)
        assert (start, _seen(other)) == (start, after)


def test_views_are_real_addresses_and_back_goes_back_to_how_they_were_left(open_page, expect_query):
    page = open_page("?view=learn&step=softmax&scores=1,2,3")
    heading = page.locator("h1")
    first = heading.inner_text()
    go_to(page, "Models")
    expect(heading).to_have_text("Models")
    expect(page).to_have_title(re.compile("^Models"))
    expect(page).not_to_have_url(re.compile("scores="))
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Write").click()
    expect(heading).to_have_text("Write a number")
    # the link opens the view as it was left
    page.get_by_role("link", name="Learn").click()
    expect(heading).to_have_text(first)
    expect_query(page, view="learn", step="softmax", scores="1,2,3")
    for title in ("Write a number", "Models", first):
        page.go_back()
        expect(heading).to_have_text(title)
    page.go_forward()
    expect(heading).to_have_text("Models")
    page.reload()
    expect(heading).to_have_text("Models")


NONSENSE = {
    "?view=nothing&lang=xx&model=../../etc/passwd": "",
    "?view=learn&step=99&look=12&pixel=-1&pixels=maybe": "?view=learn",
    "?view=learn&step=softmax&scores=1,2&plus=abc&times=NaN": "?view=learn&step=softmax",
    "?view=learn&step=loss&right=2&split=": "?view=learn&step=loss",
    "?view=learn&step=rate&curve=hill&slope-rate=1e9&start=Infinity": "?view=learn&step=rate",
    "?view=learn&step=train&batch=1.5&rate=-1&steps=99999999999&runs=<script>": "?view=learn&step=train",
}


def test_nonsense_in_an_address_shows_the_usual(open_page):
    page = open_page(reduced_motion="reduce")
    for nonsense, usual in NONSENSE.items():
        page.goto(nonsense)
        found = _seen(page)
        page.goto(usual)
        assert (nonsense, found) == (nonsense, _seen(page))
