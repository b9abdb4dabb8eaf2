"""Download an MNIST file from a mirror into the cache; it is checked before it gets its name."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, DownloadError

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
Progress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes so far, and the total or None."""

_PATIENCE = 20.0  # seconds without a byte before giving up on a mirror
_PIECE = 2**16


def no_progress(name: str, done: int, total: int | None) -> None:
    """Show nothing."""


def download(mirror: str, target: Path, largest: int, progress: Progress, check: Callable[[Path], Any]) -> None:
    """Download `target.name` from a mirror to `target`.

    Parameters
    ----------
    mirror
        The address of a folder, http or https, with a trailing slash.
    target
        Where the file goes once it has passed `check`.
    largest
        The maximum size in bytes.
    progress
        Called as bytes arrive.
    check
        Raises DataError if this is the wrong file.

    Raises
    ------
    DownloadError
        The mirror did not answer, sent something else, stopped early, or sent a file that failed the check.
    """
    address = mirror + target.name
    if not address.startswith(("http://", "https://")):
        raise DownloadError("error.mirror.address", address=address)
    try:
        with replacing(target) as part:
            with urllib.request.urlopen(address, timeout=_PATIENCE) as answer, part.open("wb") as out:  # noqa: S310
                _copy(answer, out, largest, lambda done, total: progress(target.name, done, total))
            with part.open("rb") as fetched:
                start = fetched.read(512).lstrip().lower()
            if start.startswith(b"<"):
                raise DownloadError("error.mirror.page", address=address)
            check(part)
    except DownloadError:
        raise
    except DataError as problem:
        raise DownloadError("error.mirror.content", address=address, reason=problem) from problem
    except urllib.error.HTTPError as problem:
        problem.close()
        raise DownloadError("error.mirror.status", address=address, status=problem.code) from problem
    except (OSError, http.client.HTTPException) as problem:
        if isinstance(problem, OSError) and problem.filename:  # the cache failed, not the network
            raise DownloadError("error.data.unwritable", path=target, reason=problem.strerror) from problem
        reason = getattr(problem, "reason", None) or problem
        raise DownloadError("error.mirror.connection", address=address, reason=reason) from problem


def _copy(answer: Any, out: IO[bytes], largest: int, progress: Callable[[int, int | None], None]) -> None:
    promised = answer.headers.get("Content-Length", "")
    total = int(promised) if promised.isdigit() else None
    done = 0
    while piece := answer.read(_PIECE):
        done += len(piece)
        if done > largest:
            raise DownloadError("error.mirror.large", address=answer.url, largest=largest)
        out.write(piece)
        progress(done, total)
    if total is not None and done != total:
        raise DownloadError("error.mirror.cut", address=answer.url, done=done, total=total)
