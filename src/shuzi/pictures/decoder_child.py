"""The child process that decodes pictures: ``python -P -m shuzi.pictures.decoder_child``, started by `decoder`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from shuzi.errors import ShuziError
from shuzi.pictures.decode import MOST_PIXELS, TooLarge, count_frames, grey, open_here
from shuzi.pictures.pdf import Page, count_pages, draw_page
from shuzi.pictures.plain import PDF
from shuzi.processes.serving import Bytes, resident, serve

_MOST_IDLE = 200_000_000  # bytes that a child may keep between jobs


def work(job: dict[str, Any], body: bytearray) -> tuple[dict[str, Any], Bytes]:
    """Decode a picture, draw a page or count pages; errors are returned as answers.

    Parameters
    ----------
    job
        ``do`` is "decode", "draw" or "count"; ``path`` is the file, or it is in `body`; ``kind`` is its
        format; ``page`` is the one to draw; ``most`` is the number of pixels for which there is memory.

    Returns
    -------
    ``height``, ``width`` and the grey pixels; or ``pages``; or ``error``, its key's last word, and its ``values``; or
    ``memory``. ``last`` says that this process does no more jobs.
    """
    source = bytes(body) if "path" not in job else Path(job["path"])
    try:
        header, answer = _done(job, source)
    except TooLarge:
        return {"memory": True}, b""
    except MemoryError:
        return {"memory": True, "last": True}, b""
    except ShuziError as problem:
        values = {key: value for key, value in problem.values.items() if isinstance(value, int | str)}
        header, answer = {"error": problem.key.rpartition(".")[2], "values": values}, b""
    except Exception:  # noqa: BLE001 - a decoder may raise anything where a file is not as it should be
        header, answer = {"error": "damaged", "values": {}}, b""
    return header | ({"last": True} if resident() > _MOST_IDLE else {}), answer


def _done(job: dict[str, Any], source: Path | bytes) -> tuple[dict[str, Any], Bytes]:
    kind, page = job["kind"], job.get("page", 1)
    if job["do"] == "count":
        return {"pages": count_pages(source) if kind == PDF else count_frames(source, "", kind)}, b""
    if job["do"] == "draw" and kind == PDF:
        pixels = grey(draw_page(Page(source, page), MOST_PIXELS))
    else:
        pixels = open_here(source, "", job["most"], kind, page)
    height, width = pixels.shape
    return {"height": height, "width": width}, np.ascontiguousarray(pixels).data.cast("B")


if __name__ == "__main__":
    serve(work)
