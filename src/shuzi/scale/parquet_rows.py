"""A reading becomes a row of a Parquet file."""

from __future__ import annotations

import io
import os
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuzi.errors import ShuziError
from shuzi.messages import speaking
from shuzi.pictures.open import Picture
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import Reading

Row = dict[str, Any]

_BOX = pa.list_(pa.int32())
_DIGIT = pa.struct([("digit", pa.int8()), ("probability", pa.float64()), ("box", _BOX), ("status", pa.string())])
_ALTERNATIVE = pa.struct([("text", pa.string()), ("probability", pa.float64())])
_TEXTS = [pa.field(name, pa.string(), nullable=False) for name in ("source", "text", "digits_text", "status")]
_LISTS = [("digits", pa.list_(_DIGIT)), ("alternatives", pa.list_(_ALTERNATIVE))]

SCHEMA = pa.schema([*_TEXTS, ("confidence", pa.float64()), *_LISTS, ("error", pa.string())])
"""The columns. `status` is "error" where `error` says why a picture was not read; a box is x, y, width, height."""

ERROR = "error"


def row_of(source: str, found: Reading | ShuziError) -> Row:
    """Turn a reading, or the error in its place, into a row; errors are in the current language.

    >>> from shuzi.errors import PictureError
    >>> row_of("a.png", PictureError("error.picture.blank"))["status"]
    'error'
    """
    name = source.encode("utf-8", "backslashreplace").decode()  # a file's name may not be valid text
    if isinstance(found, ShuziError):
        nothing: Row = {"text": "", "digits_text": "", "confidence": None, "digits": [], "alternatives": []}
        return {"source": name, "status": ERROR, "error": str(found.with_path(source))} | nothing
    return {
        "source": name,
        "text": found.text,
        "digits_text": found.digits_text,
        "status": found.status,
        "confidence": found.confidence,
        "digits": [
            {"digit": digit.digit, "probability": digit.probability, "box": list(digit.box), "status": digit.status}
            for digit in found.digits
        ],
        "alternatives": [{"text": text, "probability": probability} for text, probability in found.alternatives],
        "error": None,
    }


def read_row(reader: Reader, source: str, picture: Picture | ShuziError, language: str) -> Row:
    """Read a picture in another process, which it may crash, and return its row."""
    with speaking(language):
        return row_of(source, reader.try_to_read(picture))


class Part:
    """A Parquet file under construction, held in memory until it is complete."""

    _TOGETHER = 1_000  # rows in a row group

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._writer = pq.ParquetWriter(self._file, SCHEMA, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) >= self._TOGETHER:
            self._flush()

    def content(self) -> bytes:
        """Return the whole file; nothing can be added after that."""
        self._flush()
        self._writer.close()
        return self._file.getvalue()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, SCHEMA))
        self._rows = []


def name_of_part(number: int) -> str:
    """Return the name of a shard's file.

    >>> name_of_part(17)
    'part-00000017.parquet'
    """
    return f"part-{number:08}.parquet"


def number_of_part(name: str) -> int | None:
    """Return the number of a shard whose file this is, or None."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - of a name
    number = stem.removeprefix("part-")
    return int(number) if ending == ".parquet" and number.isdigit() and name == name_of_part(int(number)) else None
