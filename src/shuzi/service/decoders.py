"""Whether files can be decoded: remembered when no child process could be started, and tried again when asked."""

from __future__ import annotations

import asyncio
import base64
import logging

from shuzi.errors import ShuziError
from shuzi.pictures import decoder

log = logging.getLogger("shuzi.service")

# one white pixel: of a kind that is decoded in a child, however small
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")


class Decoders:
    """What is known of the child processes that decode.

    While they do their work nothing is asked of them for this: a service that reads plain pictures alone starts none.
    """

    def __init__(self) -> None:
        self._dead = False

    def note(self, problem: ShuziError) -> None:
        """Remember that a picture could not be read since no child could be started, if that is why."""
        if problem.key == "error.picture.child":
            log.error("%s", problem.sentence("en"))
            self._dead = True

    async def alive(self) -> bool:
        """Tell whether files can be decoded; where they could not be, one is tried."""
        if self._dead:
            try:
                await asyncio.to_thread(decoder.decode, _PIXEL, "pixel.gif")
            except ShuziError:
                return False
            self._dead = False
        return True
