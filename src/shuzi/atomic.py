"""Files and folders appear in one step: written beside their target, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path in the target's folder and rename it to the target at the end.

    The block creates a file there, or a folder; a folder replaces only an empty folder or nothing. The target's
    parent folder is created if missing. If the block fails, its output is removed and the target stays as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "deep" / "note.txt") as path:
    ...         _ = path.write_text("whole", encoding="utf-8")
    ...     (Path(folder) / "deep" / "note.txt").read_text(encoding="utf-8")
    'whole'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # keeps the extension, from which libraries choose the format
    part = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.part{target.suffix}")
    try:
        yield part
        for path in [part, *part.rglob("*")]:
            if path.is_file():
                # Windows flushes only writable handles
                with path.open("r+b") as written:
                    os.fsync(written.fileno())
        if part.is_dir() and target.exists():
            target.rmdir()  # Windows cannot rename a folder over another, not even an empty one
        part.replace(target)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
