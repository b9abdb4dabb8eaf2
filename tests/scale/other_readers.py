"""Readers that crash or wait where a test wants it; Ray's processes find them by PYTHONPATH."""

import fcntl
import os
import signal
from pathlib import Path

from shuzi.pictures.open import open_picture
from shuzi.reading.reader import Reader

DEADLY = (13, 17)
"""The height and width of a picture that `CrashingReader` does not survive."""

GATE = "SHUZI_TEST_GATE"
"""The variable that names a file: `WaitingReader` waits while a test has it locked."""


class CrashingReader(Reader):
    """Ends its process at some pictures, as a fault in a library would."""

    def recognise(self, picture):
        """End the process, or read as usual."""
        if open_picture(picture).shape == DEADLY:
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().recognise(picture)


class WaitingReader(Reader):
    """Pauses before a picture while a test has something else to do."""

    def recognise(self, picture):
        """Wait for the gate to open, and read as usual."""
        with Path(os.environ[GATE]).open("rb") as gate:
            fcntl.flock(gate, fcntl.LOCK_SH)
        return super().recognise(picture)
