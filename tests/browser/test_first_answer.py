"""On a slow line the smallest network answers first, says that it guesses, and the better one takes its place."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from driving.pen import strokes_of

pytestmark = pytest.mark.browser


def test_a_guess_of_the_smallest_network_is_shown_until_the_better_one_has_come(open_sheet, mnist):
    sheet = open_sheet()
    page = sheet.page
    # the service worker would send requests in the page's place
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.unregister())")
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    waiting = []
    page.route(
        re.compile(r"/models/(default|line|detector|line-detector)\.bin\.gz"),
        lambda route: route.continue_() if waiting is None else waiting.append(route),
    )
    page.reload()
    seven = strokes_of(mnist.test.images[np.flatnonzero(mnist.test.labels == 7)[0]])
    sheet.draw(sheet.placed(seven, 0.5, 0.6))
    result = page.locator(".result")
    expect(sheet.number).to_have_attribute("data-text", "7")
    expect(sheet.number).to_have_attribute("data-status", "unsure")
    expect(result).to_contain_text("A first guess by the smallest network.")
    held, waiting = waiting, None
    for route in held:
        route.continue_()
    expect(sheet.number).to_have_attribute("data-status", "ok")
    expect(sheet.number).to_have_attribute("data-text", "7")
    expect(result).not_to_contain_text("guess")
