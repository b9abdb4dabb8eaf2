"""Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi), which it speaks by itself."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from websockets.sync.client import ClientConnection, connect

from driving.pen import Stroke

FIREFOX = os.environ.get("SHUZI_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_SECONDS = 60  # before an answer is taken for missing; the machine may be busy


class Firefox:
    """One tab. What it writes to its console is in ``said``; errors of scripts are there too."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.said: list[str] = []
        self._do("session.new", capabilities={})
        self._do("session.subscribe", events=["log.entryAdded"])
        self._tab = self._do("browsingContext.getTree")["contexts"][0]["context"]

    def _do(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._connection.recv(_SECONDS))
            if told.get("method") == "log.entryAdded":
                self.said.append(f"{told['params']['level']}: {told['params']['text']}")
            if told.get("id") == number:
                assert told["type"] == "success", told
                return told["result"]

    def open(self, address: str) -> None:
        """Go to an address, and wait until it is there."""
        self._do("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def reload(self) -> None:
        """Load the page again."""
        self._do("browsingContext.reload", context=self._tab, wait="complete")

    def value(self, expression: str) -> Any:
        """Evaluate an expression that gives JSON, or a promise of it."""
        whole = f"Promise.resolve({expression}).then((found) => JSON.stringify(found ?? null))"
        told = self._do("script.evaluate", expression=whole, target={"context": self._tab}, awaitPromise=True)
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def wait_for(self, condition: str) -> Any:
        """Wait until an expression is true in a frame; return its value."""
        return self.value(
            "new Promise((resolve) => { const look = () => { const found = (() => "
            f"{condition})(); if (found) resolve(found); else requestAnimationFrame(look); }}; look(); }})"
        )

    def picture(self, selector: str) -> NDArray[np.uint8]:
        """Return what an element shows, uint8 (h, w, 3)."""
        box = self.wait_for(f"document.querySelector({selector!r})?.getBoundingClientRect().toJSON()")
        clip = {"type": "box"} | {name: box[name] for name in ("x", "y", "width", "height")}
        told = self._do("browsingContext.captureScreenshot", context=self._tab, clip=clip)
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(told["data"]))).convert("RGB"))

    def write(self, strokes: Sequence[Stroke], left: float, side: float = 0.6) -> None:
        """Write strokes, points from 0 to 28, onto the sheet with the mouse, as ``Sheet.placed`` places them."""
        frame = self.wait_for("document.querySelector('.sheet canvas')?.getBoundingClientRect().toJSON()")
        scale = side * frame["height"] / 28
        middle = np.array([frame["x"] + left * frame["width"], frame["y"] + frame["height"] / 2])
        for stroke in strokes:
            first, *others = (
                {"type": "pointerMove", "x": round(x), "y": round(y)}
                for x, y in middle + scale * (np.asarray(stroke) - 14)
            )
            down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
            mouse = {"type": "pointer", "id": "mouse", "actions": [first, down, *others, up]}
            self._do("input.performActions", context=self._tab, actions=[mouse])


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Run Firefox with a temporary profile."""
    assert FIREFOX, "there is no Firefox"
    with TemporaryDirectory() as profile:
        command = [
            FIREFOX,
            "--headless",
            "--remote-debugging-port=0",
            "--no-remote",
            "--profile",
            profile,
            "about:blank",
        ]
        log = Path(profile) / "said.txt"
        with log.open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
            try:
                yield from _driven(process, log)
            finally:
                process.terminate()


def _driven(process: subprocess.Popen[bytes], log: Path) -> Iterator[Firefox]:
    # its port is known once it is printed
    while not (found := _LISTENS.search(log.read_text("utf-8"))):
        assert process.poll() is None, log.read_text("utf-8")
    with connect(f"{found[1]}/session", max_size=None) as connection:
        yield Firefox(connection)
