"""Drives the Write view: strokes on the canvas, and the reading beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from driving.pen import Stroke

_SPY = """
const ask = window.fetch;
window.asked = [];
window.fetch = async (path, options) => {
  if (!String(path).startsWith("v1/read")) return ask(path, options);
  const question = { explain: path.includes("explain=true"), picture: options.body, answer: null, over: false };
  window.asked.push(question);
  try {
    const response = await ask(path, options);
    question.answer = await response.clone().json();
    return response;
  } finally {
    question.over = true;
  }
};
// most pictures are read by the page's own worker
const Plain = window.Worker;
window.Worker = class extends Plain {
  constructor(...from) {
    super(...from);
    this.addEventListener("message", ({ data }) => {
      const question = window.asked.find((each) => each.id !== undefined && each.id === data.id);
      if (!question) return;
      if (data.result) question.answer = { readings: [data.result] };
      question.over = true;
    });
  }
  postMessage(task, transfer) {
    if (task.explain && window.isUnexplained) return;
    if (task.picture) window.asked.push({ ...task, answer: null, over: false });
    // what the page no longer wants is never answered
    for (const question of window.asked) if (task.dropped && question.id === task.id) question.over = true;
    super.postMessage(task, transfer);
  }
};
"""
_COUNT = "(explain) => window.asked.filter((question) => question.explain === explain).length"
# an explanation is of the latest reading: a pause of the pen may ask for one of earlier ink
_ANSWERED = """([explain, before]) => {
  const questions = window.asked.filter((question) => question.explain === explain);
  if (questions.length <= before) return null;
  const last = questions.at(-1);
  const read = window.asked.findLastIndex((question) => !question.explain);
  return explain && window.asked.indexOf(last) < read ? null : last.answer;
}"""
_LAST_PICTURE = """async () => {
  const { picture } = window.asked.at(-1);
  let blob = picture instanceof FormData ? picture.get("picture") : picture;
  if (picture.pixels) {
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const colours = Uint8ClampedArray.from({ length: 4 * picture.pixels.length }, (_, place) =>
      place % 4 === 3 ? 255 : picture.pixels[place >> 2]);
    canvas.getContext("2d").putImageData(new ImageData(colours, picture.width), 0, 0);
    blob = await canvas.convertToBlob();
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def spy_on_questions(page: Page) -> None:
    """Make a page record the pictures it has read and the answers; call this before opening it."""
    page.add_init_script(_SPY)


@dataclass
class Answer:
    """The answer of the page's worker or of the service, filled in when the page shows it."""

    readings: list[dict[str, Any]]

    @property
    def reading(self) -> dict[str, Any]:
        """The only reading."""
        (reading,) = self.readings
        return reading

    @property
    def text(self) -> str:
        """The text of the reading."""
        return str(self.reading["text"])


class Sheet:
    """The canvas of a page that shows the Write view."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.get_by_role("application")
        self.number = page.locator("output.number")
        self.cards = page.locator(".card")
        self.boxes = page.get_by_test_id("boxes").locator("g.box")

    def last_picture(self) -> bytes:
        """Return the last picture that the page sent."""
        return base64.b64decode(self.page.evaluate(_LAST_PICTURE))

    def placed(self, strokes: Iterable[Stroke], left: float = 0.5, side: float = 0.75) -> list[NDArray[np.float64]]:
        """Map strokes from a 28x28 field to the canvas.

        Parameters
        ----------
        strokes
            Points (x, y) from 0 to 28.
        left
            The horizontal position of the field's centre on the canvas, from 0 to 1.
        side
            The field's side as a fraction of the canvas's height.

        Returns
        -------
        Points on the page in CSS pixels: an array (n, 2) for each stroke.
        """
        self.canvas.scroll_into_view_if_needed()  # people write only where they can see
        frame = self.canvas.bounding_box()
        assert frame is not None
        scale = side * frame["height"] / 28
        middle = np.array([frame["x"] + left * frame["width"], frame["y"] + frame["height"] / 2])
        return [middle + scale * (np.asarray(stroke) - 14) for stroke in strokes]

    def draw(self, strokes: Iterable[NDArray[np.float64]]) -> None:
        """Draw with the mouse through points on the page."""
        mouse = self.page.mouse
        for stroke in strokes:
            (x, y), *others = stroke
            mouse.move(x, y)
            mouse.down()
            for x, y in others:
                mouse.move(x, y)
            mouse.up()

    def write(self, strokes: Iterable[Stroke], left: float = 0.5, side: float = 0.75) -> Answer:
        """Write strokes from a 28x28 field, and wait until all of the ink has been read."""
        *first, last = self.placed(strokes, left, side)
        self.draw(first)
        with self.read() as answer:
            self.draw([last])
        return answer

    @contextmanager
    def read(self) -> Iterator[Answer]:
        """Do something that leads to a reading, and wait until it is shown."""
        yield from self._answer(False)

    @contextmanager
    def explained(self) -> Iterator[Answer]:
        """Do something that leads to an explained reading, and wait until the explanation is shown."""
        yield from self._answer(True)
        expect(self.page.locator(".waiting")).to_have_count(0)

    def _answer(self, explain: bool) -> Iterator[Answer]:
        before = self.page.evaluate(_COUNT, explain)
        answer = Answer([])
        yield answer
        # only the last of several requests is answered: writing on aborts earlier ones
        said = self.page.wait_for_function(_ANSWERED, arg=[explain, before]).json_value()
        answer.readings = said.get("readings", [])
        for reading in answer.readings[:1]:
            if "text" in reading:
                expect(self.number).to_have_attribute("data-text", reading["text"])
                expect(self.number).to_have_attribute("data-status", reading["status"])

    def explain_nothing(self) -> None:
        """Have no reading explained, which takes twice as long as the reading, until the page is loaded again."""
        self.page.evaluate("window.isUnexplained = true")

    def clear(self) -> None:
        """Empty the sheet."""
        self.page.keyboard.press("Delete")
        expect(self.number).to_have_count(0)
