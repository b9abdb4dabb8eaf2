"""The step of Learn that walks downhill: gradient descent on curves."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.browsing import drag_slider
from driving.reading_numbers import numbers_in
from first_network import descend

pytestmark = pytest.mark.browser


def _bowl(x):
    return x**2


def _dent(x):
    return x**2 - 4 * np.exp(-4 * (x - 2.2) ** 2)


def _slope_of(height):
    return lambda x: (height(x + 1e-6) - height(x - 1e-6)) / 2e-6


@pytest.mark.parametrize(
    ("curve", "height", "rate", "start", "steps", "verdict"),
    [
        ("bowl", _bowl, 0.3, 4, 9, "At the bottom after 9 steps."),
        ("bowl", _bowl, 0.01, 3.5, 15, "far too slow."),
        ("bowl", _bowl, 1.1, 4, 4, "lands higher each time."),
        ("bowl", _bowl, 1, -3, 5, "gets no lower."),
        ("dent", _dent, 0.05, 4, 15, "this is not the bottom."),
        ("dent", _dent, 0.2, 4, 5, "After 5 steps"),
    ],
)
def test_the_ball_walks_as_gradient_descent_does(open_page, curve, height, rate, start, steps, verdict):
    page = open_page(f"?view=learn&step=rate&curve={curve}&slope-rate={rate}&start={start}")
    told = page.locator(".rate-verdict")
    expect(told).to_contain_text("At the start")
    places = descend(_slope_of(height), start, rate, steps)
    step = page.get_by_role("button", name="One step")
    sums = page.get_by_role("list", name="Latest steps").get_by_role("listitem")
    for number, (x, onward) in enumerate(pairwise(places), 1):
        if curve == "dent" and abs(_slope_of(height)(x)) < 0.005:
            break  # stuck: there is no further step to take
        step.click()
        last = sums.filter(has=page.locator("b")).last
        assert numbers_in(last.inner_text()) == pytest.approx(
            [number, x, rate, _slope_of(height)(x), onward], rel=2e-3, abs=2e-4
        )
        chart = page.get_by_role("img", name=re.compile("^A curve with a ball"))
        assert numbers_in(chart.get_attribute("aria-label")) == pytest.approx([number, onward], rel=0.006, abs=1e-6)
    expect(told).to_contain_text(verdict)


def test_a_walk_runs_by_itself_pauses_and_starts_over_when_a_knob_is_turned(open_step, expect_query):
    page = open_step("rate")
    told = page.locator(".rate-verdict")
    run, restart = page.get_by_role("button", name="Run"), page.get_by_role("button", name="Start over")
    rate = page.get_by_role("slider", name="Learning rate")
    rate.press("Home")
    expect(page.locator(".slider output").first).to_have_text("0.001")
    run.click()
    expect(told).to_contain_text(re.compile(r"([3-9]|\d\d) steps"))
    page.get_by_role("button", name="Pause").click()
    expect(run).to_be_enabled()
    restart.click()
    expect(told).to_contain_text("At the start, x = 4")
    expect(restart).to_be_disabled()
    for _ in range(9):
        rate.press("ArrowRight")
    expect(page.locator(".slider output").first).to_have_text("0.4")
    run.click()
    expect(told).to_have_text("At the bottom after 5 steps.")
    expect(page.get_by_role("button", name="One step")).to_be_disabled()
    start = drag_slider(page, page.get_by_role("slider", name="Start at"), 0.2)
    assert start < 0
    expect(told).to_contain_text(f"At the start, x = −{abs(start):g}")
    expect_query(page, slope_rate=0.4, start=f"{start:g}")
