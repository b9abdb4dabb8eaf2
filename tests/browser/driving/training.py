"""A training run started and watched on the page, with the service's events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Page, expect

LONG = 300_000
"""Milliseconds to wait for the end of a run: TensorFlow takes seconds to start, more on a busy machine."""

STEPS = 500

_NOTE_EVERY_CHANGE = """() => {
  window.noted = [];
  const points = (line) => (line?.getAttribute("d")?.match(/[ML]/g) ?? []).length;
  const note = () => {
    const [loss, accuracy] = document.querySelectorAll(".train-curves .chart");
    window.noted.push({
      step: document.querySelector(".train-progress progress")?.value ?? 0,
      losses: points(loss?.querySelector(".curve.raw")),
      accuracies: points(accuracy?.querySelector(".curve.accent")),
    });
  };
  new MutationObserver(note).observe(document.querySelector("main"), {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}"""


@dataclass
class Run:
    """A training.

    Parameters
    ----------
    id
        The service's id.
    noted
        What the page showed after each change: `step`, and the number of points in `losses` and `accuracies`.
    events
        The name and data of each event.
    """

    id: str
    noted: list[dict[str, int]] = field(repr=False)
    events: list[tuple[str, dict[str, Any]]] = field(repr=False)

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the data of all events with a given name."""
        return [data for kind, data in self.events if kind == name]


def start(page: Page) -> str:
    """Start a run on a page that shows the last step of Learn; return its id."""
    with page.expect_response(re.compile("/v1/training$")) as begun:
        page.get_by_role("button", name="Start training").click()
    return str(begun.value.json()["id"])


def train(page: Page, api: httpx.Client) -> Run:
    """Train to the end on a page that shows the last step of Learn."""
    page.evaluate(_NOTE_EVERY_CHANGE)
    training = start(page)
    expect(page.get_by_text(f"Done after {STEPS} steps")).to_be_visible(timeout=LONG)
    return Run(training, page.evaluate("window.noted"), _events(api, training))


def _events(api: httpx.Client, training: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = api.get(f"v1/training/{training}/events").text.split("\n\n")
    lines = [dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":") for block in blocks]
    return [(each["event"], json.loads(each["data"])) for each in lines if each]
