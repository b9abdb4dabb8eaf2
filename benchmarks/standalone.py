"""How long the page takes: from opening it to the first reading, and for digits and photos after that.

    python benchmarks/standalone.py [--before EARLIER.html]

A real Chromium opens `build/standalone/shuzi.html` from disk, the folder from a plain web server, and the page of
`shuzi serve`. All times are taken inside the page, up to the frame that shows the reading. The first reading is that
of a photo of six digits, handed in as soon as the page can take one, and counts from the start of the navigation.
Then the same
photo is read again several times, and digits are drawn with the mouse. Since other work may share the machine, the
same photo and drawings are also read in Node, where processor time is counted instead of the clock's.
"""

from __future__ import annotations

import argparse
import base64
import functools
import http.server
import io
import json
import os
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import keep
from numpy.typing import NDArray
from page import _TIMER, WARM, Timed, digits_alone, summary
from page_parity import MODELS, NODE, said
from PIL import Image
from playwright.sync_api import Browser, Page

import shuzi

sys.path.append(str(Path(__file__).parents[1] / "tests" / "browser"))
from driving.browsing import browsing, watched_pages
from driving.serving import build_node, build_page, build_standalone, serving
from driving.sheet import Sheet

PHOTO = (1280, 960)
DIGITS = 6
OPENED = 5  # times that the page is opened

# a photo as a person would choose it; hands one in, and calls back in the frame that shows its reading
_HAND_IN = """
window.photoOf = (base64) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  return files;
};
window.handIn = (files, shown) => {
  const input = document.querySelector("[data-testid=pictures]");
  new MutationObserver((_, observer) => {
    const text = document.querySelector("output.number")?.dataset.text;
    if (!text) return;
    observer.disconnect();
    requestAnimationFrame(() => shown(text));
  }).observe(document, { subtree: true, childList: true, attributes: true });
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
"""
_FIRST = """
const photo = window.photoOf(PHOTO);
const began = setInterval(() => {
  if (!document.querySelector("[data-testid=pictures]")) return;
  clearInterval(began);
  const ready = performance.now();
  window.handIn(photo, (text) => { window.first = { text, ready, shown: performance.now() }; });
}, 1);
"""
_AGAIN = """async (photo) => {
  const back = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Back to writing");
  back?.click();
  const files = window.photoOf(photo);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const began = performance.now();
  return new Promise((resolve) => window.handIn(files, (text) => resolve([text, performance.now() - began])));
}"""


def photo() -> tuple[str, str]:
    """Return a photo of six digits as base64 of a JPEG, and the number on it: grey paper, uneven light, noise."""
    test, rng = shuzi.load_mnist().test, np.random.default_rng(0)
    width, height = PHOTO
    light = np.linspace(225, 185, width)[None] + np.linspace(0, -15, height)[:, None]
    ink = np.zeros((height, width), np.float32)
    for place in range(DIGITS):
        digit = cv2.resize(test.images[place], (150, 150), interpolation=cv2.INTER_CUBIC)
        ink[400:550, 130 + 170 * place : 280 + 170 * place] = digit
    page = light - ink / 255 * 140 + rng.normal(0, 4, ink.shape)
    content = io.BytesIO()
    Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).save(content, "JPEG", quality=90)
    return base64.b64encode(content.getvalue()).decode(), "".join(map(str, test.labels[:DIGITS]))


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """Serve a folder as any web server would."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def in_node(pictures: list[NDArray[np.uint8]]) -> list[float]:
    """Return the milliseconds of processor time that each picture takes in Node; the first of them warm it up."""
    warm = pictures[:1] * WARM
    sent = b"".join(struct.pack("<II", *each.shape[::-1]) + each.tobytes() for each in [*warm, *pictures])
    lines = said(str(NODE), str(MODELS), "read", sent=sent).splitlines()
    return [json.loads(line)["milliseconds"] for line in lines[len(warm) :]]


def grey(content: bytes) -> NDArray[np.uint8]:
    """Decode a picture."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


class Edition:
    """An edition and its times; editions take turns, since a machine's speed varies."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.picture, self.number = photo()
        self.firsts, self.ready, self.photos = list[float](), list[float](), list[float]()
        self.right = 0
        self.drawn: list[bytes] = []

    def round(self, photos: int) -> None:
        """Open the page, time the first reading, then read the same photo again."""
        with watched_pages(self.browser, self.address) as open_page:
            page: Page = open_page("about:blank")
            page.add_init_script(_HAND_IN + _FIRST.replace("PHOTO", f'"{self.picture}"'))
            page.goto(self.address)
            found = page.wait_for_function("() => window.first").json_value()
            self.firsts.append(found["shown"])
            self.ready.append(found["ready"])
            self.right += found["text"] == self.number
            for _ in range(photos):
                text, milliseconds = page.evaluate(_AGAIN, self.picture)
                self.photos.append(milliseconds)
                self.right += text == self.number

    def result(self, lifts: int) -> dict[str, Any]:
        """Time drawn digits too, and summarise everything."""
        with watched_pages(self.browser, self.address) as open_page:
            page = open_page(self.address)
            page.evaluate(_TIMER)
            timed = Timed(Sheet(page))
            digits = [each["total"] for each in digits_alone(timed, lifts)]
            self.drawn = timed.pictures[-lifts:]
        return {
            "ms from opening until a picture can be handed in": summary(self.ready),
            "ms from opening to the first reading": summary(self.firsts),
            "ms of a photo of six digits": summary(self.photos),
            "ms of a drawn digit": summary(digits),
            "photos read right": [self.right, len(self.firsts) + len(self.photos)],
            "digits read right": [timed.right, len(timed.pictures)],
            "all": {"first": self.firsts, "photo": self.photos, "digit": digits},
        }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lifts", type=int, default=20, help="digits drawn, and photos handed in after the first")
    parser.add_argument("--before", type=Path, help="an earlier shuzi.html, to be timed in the same rounds")
    parser.add_argument("--name", default="speed-standalone", help="of the result")
    given = parser.parse_args()
    build_page()
    build_node()
    built = build_standalone()
    folder = built / "shuzi"
    result: dict[str, Any] = {
        "bytes": {
            **{path.name: path.stat().st_size for path in sorted(built.glob("*.html"))},
            **{
                str(path.relative_to(folder)): path.stat().st_size
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        },
        "photo": {"pixels": PHOTO, "digits": DIGITS},
        "load before": round(os.getloadavg()[0], 1),
    }
    with browsing() as browser, hosted(folder) as host, serving() as service:
        result["browser"] = f"Chromium {browser.version}"
        places = {"file": (built / "shuzi.html").as_uri(), "folder": host, "served": service}
        if given.before:
            places["file before"] = given.before.resolve().as_uri()
        editions = {name: Edition(browser, address) for name, address in places.items()}
        for _ in range(OPENED):
            for edition in editions.values():
                edition.round(given.lifts // OPENED)
        for name, edition in editions.items():
            result[name] = edition.result(given.lifts)
            print(name, {key: value for key, value in result[name].items() if key != "all"}, flush=True)
    picture = grey(base64.b64decode(photo()[0]))
    result["ms of processor time in Node"] = {
        "photo": summary(in_node([picture] * given.lifts)),
        "digit": summary(in_node([grey(each) for each in editions["file"].drawn])),
    }
    keep(given.name, result)


if __name__ == "__main__":
    main()
