"""A tour of the page: every view, and every state that looks different."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from driving.duel import fool
from driving.sheet import Sheet
from shuzi.forms.kinds import Field
from shuzi.forms.result import Cell, Problem, Row, Table
from shuzi.forms.sheet import FOLDER

_SETTLED = """() =>
  window.asked.every(({ over }) => over) && !document.querySelector(".waiting, [aria-busy=true]")"""
# a finished answer is on the page two frames later, and its explanation may be requested then
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_WITHOUT_TRAINING = (
    *("pixels", "template", "softmax", "loss", "rate"),
    *("hidden", "backprop", "convolution", "handwriting", "not-sure"),
)
_SEVEN = [[(8, 5), (12, 5), (16, 5), (20, 5), (18, 10), (16, 14), (14, 19), (12, 23)]]


def settle(page: Page) -> None:
    """Wait until no request is pending: everything is answered and explained."""
    page.locator("h1").wait_for()
    page.wait_for_function(_SETTLED)
    page.evaluate(DRAWN)
    page.wait_for_function(_SETTLED)


def tour(page: Page) -> Iterator[str]:
    """Take a page from state to state and yield the name of each.

    Parameters
    ----------
    page
        A page opened with 422 among its refusals.
    """
    for step in _WITHOUT_TRAINING:
        page.goto(f"?view=learn&step={step}")
        settle(page)
        yield f"learn, {step}"
    page.goto("?view=learn&pixels=numbers")
    settle(page)
    yield "learn, numbers"
    page.goto("?view=learn&step=train&steps=100&network=mlp")
    page.locator(".train-knobs [type=submit]").click()
    page.locator(".train-result").wait_for()
    for summary in page.locator(".train-more summary").all():  # on a phone, one within the other
        summary.click()
    yield "learn, trained"
    page.locator(".step-dots a[href*='step=mistakes']").click()
    page.locator(".confusion caption", has_text="10,000").wait_for()
    yield "learn, mistakes"
    page.goto("?view=forms&sheets=trace")
    page.get_by_test_id("blank-form").set_input_files(FOLDER / "meters.en.pdf")
    page.locator(".forms-fields input").first.focus()
    yield "forms, traced"
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".forms-trace-form .plain").last.click()
    page.goto("?view=forms&sheets=own")
    page.get_by_test_id("photographs").set_input_files(
        {"name": "white.png", "mimeType": "image/png", "buffer": _white()}
    )
    page.get_by_test_id("spec").set_input_files(
        {"name": "scores.toml", "mimeType": "application/toml", "buffer": b"title = 1"}
    )
    page.locator(".forms-read .buttons .primary").last.click()
    page.get_by_role("alert").wait_for()
    yield "forms, not read"
    page.get_by_test_id("table-file").set_input_files(
        {"name": "table.json", "mimeType": "application/json", "buffer": _table()}
    )
    page.get_by_test_id("remaining").wait_for()
    yield "forms, a table"
    page.locator(".forms .buttons .plain").last.click()
    page.goto("?view=film&stop=scores")
    page.locator(".film-screen").wait_for()
    page.locator(".film-save summary").click()
    page.locator(".film-change > summary").click()
    yield "film"
    page.goto("?view=duel&look=7")
    fool(page)
    page.locator(".duel-card").wait_for()
    page.locator(".duel-others").evaluate("details => details.open = true")
    yield "duel"
    page.goto("?view=models")
    page.locator("[data-model] th button").first.wait_for()
    for row in page.locator("[data-model] th button").all():
        row.click()
    page.locator(".model-open").last.wait_for()
    yield "models"
    page.locator("[popovertarget]").click()
    yield "models, with the menu"
    page.goto("")
    page.get_by_role("application").wait_for()
    yield "write, empty"
    sheet = Sheet(page)
    with sheet.explained():
        sheet.draw(sheet.placed(_SEVEN))
    yield "write, a digit"
    page.locator(".inside header [aria-expanded]").click()
    page.locator(".card").wait_for()
    page.locator(".of-convolution").click()
    page.locator(".map-sum table").wait_for()
    settle(page)
    yield "write, closer"
    page.locator(".result [aria-expanded]").click()
    page.locator(".characters button").nth(1).click()
    page.locator(".correct .buttons button").last.click()
    page.locator(".correct .buttons a").wait_for()
    yield "write, corrected and kept"
    page.goto("?view=things")
    page.locator(".kept li").wait_for()
    page.locator(".paper-make").wait_for()
    yield "things"
    page.goto("")
    settle(page)
    page.get_by_test_id("pictures").set_input_files(
        [
            {"name": "white.png", "mimeType": "image/png", "buffer": _white()},
            {"name": "words.png", "mimeType": "image/png", "buffer": b"no picture"},
        ]
    )
    page.locator(".listed-trouble").wait_for()
    settle(page)
    yield "write, pictures"
    page.locator(".picture-list button").nth(1).click()
    page.get_by_role("alert").wait_for()
    yield "write, no picture"


def _table() -> bytes:
    cell = Cell("17", "unsure", 0.6, alternatives=(("17", 0.6), ("11", 0.4)), source="white.png", picture=_white())
    rows = tuple(Row(1, row, {"q": cell, "id": Cell("007", "ok", 1.0)}) for row in range(40))
    table = Table("Scores", (Field("id"), Field("q", "Question")), rows, (Problem("a.jpg", "a.jpg"),))
    said = table.as_dict()
    for row in said["rows"]:
        row["cells"]["q"]["message"] = ""  # which stays in the language of the file
    return json.dumps(said).encode()


def _white() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((80, 60), 255, np.uint8)).save(file, "PNG")
    return file.getvalue()
