"""`shuzi read --watch` reads what a camera puts into a folder, and appends each reading to a table or to stdout."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from time import time as wall_clock
from typing import TYPE_CHECKING

import click

from shuzi.cli.terminal import until_asked
from shuzi.errors import DataError, ShuziError, writing
from shuzi.messages import say, visible_json
from shuzi.pictures.folders import Arrivals, single_pictures, state_of

if TYPE_CHECKING:
    from shuzi.reading.meter import Meter
    from shuzi.reading.read_many import PictureReader

_COLUMNS = ("time", "source", "text", "status", "confidence", "message")
_EVERY = 0.2  # seconds between two looks into the folder
_BOM = "\ufeff"


def watch_pictures(folder: Path, reader: PictureReader, meter: Meter, out: Path | None) -> None:
    """Read files as they arrive in a folder until Ctrl-C or SIGTERM; `out` is a CSV file to append to.

    A picture that the table has already, from the same time, is not read again.
    """
    if not folder.is_dir():
        raise DataError("error.data.unreadable", path=folder, reason=ShuziError("file.no_folder"))
    known = set() if out is None else _begin(out)
    with until_asked("cli.form.watch.ending") as asked:
        click.echo(say("cli.read.watch.ready", folder=folder), err=True)
        for path in _arriving(Arrivals(folder), asked):
            state = state_of(path)  # the file may be gone already
            when = datetime.fromtimestamp(state[1] / 1e9 if state else wall_clock()).astimezone()
            time = when.isoformat(timespec="seconds")
            if (time, str(path)) in known:
                continue
            for picture in single_pictures(path):
                reading = reader.try_to_read(picture)
                if isinstance(reading, ShuziError):
                    row = (time, str(path), "", "error", "", str(reading))
                else:
                    reading, meter = meter.check(reading, when)
                    row = (
                        time,
                        str(path),
                        reading.text,
                        reading.status,
                        f"{reading.confidence:.4f}",
                        reading.message,
                    )
                _put(row, out)


def _arriving(arrivals: Arrivals, asked: Sequence[bool]) -> Iterator[Path]:
    told = 0
    while not asked:
        ready = arrivals.look(monotonic())
        for problem in arrivals.unreadable[told:]:
            click.echo(say("cli.error", problem=problem), err=True)
        told = len(arrivals.unreadable)
        for path in ready:
            if asked:
                return
            yield path
        if not ready:
            sleep(_EVERY)


def _begin(out: Path) -> set[tuple[str, str]]:
    """Write the head of a new table; return the times and sources of the rows that it has."""
    with writing(out):
        if not out.exists() or not out.stat().st_size:
            out.write_text(_BOM + ",".join(_COLUMNS) + "\r\n", encoding="utf-8", newline="")
            return set()
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            if tuple(next(rows, ())) != _COLUMNS:
                raise DataError("error.read.watch_table", path=out, columns=", ".join(_COLUMNS))
            return {(row[0], row[1]) for row in rows if len(row) == len(_COLUMNS)}


def _put(row: tuple[str, ...], out: Path | None) -> None:
    if out is None:
        facts = dict(zip(_COLUMNS, row, strict=True))
        click.echo(visible_json(json.dumps(facts, ensure_ascii=False)))
        return
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(row)
    with writing(out), out.open("a", encoding="utf-8", newline="") as file:
        file.write(line.getvalue())
