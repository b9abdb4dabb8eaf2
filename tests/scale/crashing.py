"""A reader that ends its process at some pictures, as a fault in a library would."""

import os
import signal

from shuzi.pictures.open import open_picture
from shuzi.reading.reader import Reader

DEADLY = (13, 17)
"""The height and width of a picture that it does not survive."""


class CrashingReader(Reader):
    """Reads all other pictures as usual."""

    def find_candidates(self, picture):
        """End the process, or go on."""
        if open_picture(picture).shape == DEADLY:
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().find_candidates(picture)
