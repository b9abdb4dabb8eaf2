"""A file that is not plain becomes an array in a child process, within limits on time and memory.

A decoder written in C may loop, use up all memory or crash on a file crafted for it. Here that ends in an error, and
the next picture goes to another child. A job first runs with little memory, in parallel with others. If that was not
enough, or may not have been, it runs again with 950 MB, one job at a time, so that a service and its children stay
within 1.5 GB.
"""

from __future__ import annotations

import math
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import MissingExtra, PictureError, ShuziError
from shuzi.pictures.decode import HEAD, HEIC, MAX_PIXELS, PDF, Page, kind_of, name_of
from shuzi.processes.child import Cancelled, Children, Ended, OutOfMemory, OutOfTime
from shuzi.processes.serving import Limits

LITTLE, MUCH = 450_000_000, 950_000_000
"""Bytes for each of parallel jobs, and for a job that runs alone. Python and the decoders map 150 million of them."""

_MAX_BESIDE = 20_000_000  # pixels; WebP and floats take 15 bytes for each
_MAX_SECONDS = 4.0  # of processor time for a file of any size
_EXTRAS = {PDF: ("pypdfium2", "extra.pdf"), HEIC: ("pillow_heif", "extra.heic")}
_ERRORS: dict[str, frozenset[str]] = {  # errors that a child may report, and their numeric values
    **dict.fromkeys(("damaged", "huge", "unknown", "empty"), frozenset()),
    "large": frozenset({"width", "height"}),
    "page": frozenset({"pages", "number"}),
}
_MAX_MESSAGE = 200  # characters kept of a child's message


class Decoder:
    """Decodes in child processes; from any thread.

    Both tries together may use `cpu_seconds`, and `cpu_seconds_per_megabyte` for each million bytes of the file,
    at most `_MAX_SECONDS`. Ordinary files of 50 megapixels take 0.4 to 2.6 seconds on one 2020s core.
    """

    def __init__(self, cpu_seconds: float = 3.0, cpu_seconds_per_megabyte: float = 0.25) -> None:
        self._cpu_seconds = cpu_seconds
        self._per_byte = cpu_seconds_per_megabyte / 1e6
        self.children = Children("shuzi.pictures.decode")

    def decode(self, source: Path | bytes, name: str, colours: bool = False) -> NDArray[np.uint8]:
        """Open a picture's file as `open_picture` does."""
        return self._pixels({"do": "decode", "colours": colours}, source, name)

    def draw(self, page: Page, name: str = "", colours: bool = False) -> NDArray[np.uint8]:
        """Draw a page of a PDF or TIFF, as `open_picture` does; errors name the file `name`, if given."""
        name = name or name_of(page.document)
        job = {"do": "draw", "page": page.number, "colours": colours}
        return self._pixels(job, page.document, name, f"{name}#{page.number}")

    def count_pages(self, document: Path | bytes) -> int:
        """Count the pages of a PDF or TIFF."""
        name = name_of(document)
        header, _ = self._answer({"do": "count"}, document, name, name)
        if not isinstance(pages := header.get("pages"), int) or pages < 0:
            raise PictureError("error.picture.damaged", path=name, reason=ShuziError("picture.broken"))
        return pages

    def _pixels(self, job: dict[str, Any], source: Path | bytes, name: str, shown: str = "") -> NDArray[np.uint8]:
        try:
            header, body = self._answer(job, source, name, shown or name)
        except PictureError as problem:
            if problem.key != "error.picture.memory" or not job["colours"]:
                raise
            header, body = self._answer(
                job | {"colours": False}, source, name, shown or name
            )  # a third of the memory
        shape = header.get("shape")
        sides = shape if isinstance(shape, list) and all(type(side) is int and side > 0 for side in shape) else []
        if len(sides) >= 2 and sides[2:] in ([], [3]) and math.prod(sides) == len(body):
            return np.frombuffer(body, np.uint8).reshape(sides)
        raise PictureError("error.picture.damaged", path=name, reason=ShuziError("picture.broken"))

    def _answer(
        self, job: dict[str, Any], source: Path | bytes, name: str, shown: str
    ) -> tuple[dict[str, Any], bytearray]:
        size, kind = _check(source, name)
        job = job | {"kind": kind}
        body = source if isinstance(source, bytes) else b""
        if not isinstance(source, bytes):
            job = job | {"path": os.path.abspath(source)}  # noqa: PTH100 - sent as text
        seconds = min(_MAX_SECONDS, self._cpu_seconds + self._per_byte * size)
        problem = PictureError("error.picture.memory", path=shown)
        left = seconds
        for memory, max_pixels in ((LITTLE, _MAX_BESIDE), (MUCH, MAX_PIXELS)):
            limits = Limits(left, memory)
            try:
                max_bytes = 3 * MAX_PIXELS if job.get("colours") else MAX_PIXELS
                header, answer = self.children.ask(
                    job | {"max_pixels": max_pixels}, body, max_bytes, limits, alone=memory == MUCH
                )
            except Cancelled as cause:
                raise ShuziError("error.processes.cancelled") from cause
            except OutOfTime as cause:
                raise PictureError("error.picture.slow", path=shown, seconds=f"{round(seconds, 1):g}") from cause
            except OutOfMemory as cause:
                left -= cause.seconds
                problem = PictureError("error.picture.memory", path=shown)
            except Ended as cause:
                left -= cause.seconds
                problem = PictureError("error.picture.damaged", path=name, reason=ShuziError("picture.crashed"))
            except ShuziError as cause:
                raise PictureError("error.picture.child", path=shown, reason=cause) from cause
            else:
                if "error" not in header and "memory" not in header:
                    return header, answer
                left -= header["seconds"]
                problem = _problem(header, name, shown)
                if problem.key not in ("error.picture.memory", "error.picture.damaged"):
                    break
            # a library that runs out of memory may call the file damaged, or crash
            if left <= 0:
                break
        raise problem


def _check(source: Path | bytes, name: str) -> tuple[int, str | None]:
    """Return the size of a file in bytes and its format, and make sure that the library to open it is installed."""
    try:
        if isinstance(source, bytes):
            size, head = len(source), source[:HEAD]
        else:
            with source.open("rb") as file:
                size, head = os.fstat(file.fileno()).st_size, file.read(HEAD)
    except OSError as problem:
        raise PictureError("error.data.unreadable", path=name, reason=problem.strerror or problem) from problem
    kind = kind_of(head)
    module, wanted = _EXTRAS.get(kind or "", ("", ""))
    if module and find_spec(module) is None:
        raise MissingExtra("error.missing_extra", module=module, extra="pictures", wanted=wanted)
    return size, kind


def _problem(header: dict[str, Any], name: str, shown: str) -> PictureError:
    """Turn a child's error into a message, using only expected values, since a file may control it."""
    if "memory" in header:
        return PictureError("error.picture.memory", path=shown)
    kind, values = header.get("error"), header.get("values")
    path = shown if kind == "large" else name
    values = values if isinstance(values, dict) else {}
    numbers = {key: value for key, value in values.items() if isinstance(value, int)}
    if not isinstance(kind, str) or not _ERRORS.get(kind, {"none"}) <= numbers.keys():
        kind = "damaged"
    reason = values.get("reason")
    said = re.sub(r"[^\x20-\x7e]", "?", reason)[:_MAX_MESSAGE] if isinstance(reason, str) and reason else None
    known = {key: numbers[key] for key in _ERRORS[kind]} | {"max": MAX_PIXELS, "path": path}
    return PictureError(f"error.picture.{kind}", **known, reason=said or ShuziError("picture.broken"))


_decoder = Decoder()
decode, draw, count_pages = _decoder.decode, _decoder.draw, _decoder.count_pages
children = _decoder.children
"""The decoder of this process."""
