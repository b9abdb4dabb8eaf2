"""Mutated specs, rosters, tables, cards and multipart bodies: each is read, or refused with an error in words.

    python tests/fuzz/texts.py --each 10000

They go through the service's own steps, which may only raise errors that it has a status for. Prints
the outcomes for each kind, and what raised anything else.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np

import shuzi
from mutated_texts import mutated
from shuzi.errors import ShuziError
from shuzi.models.card import Card
from shuzi.models.onnx_file import METADATA_KEY, _metadata
from shuzi.models.store import find_model
from shuzi.service import forms
from shuzi.service.openapi import FormTable, Model
from shuzi.service.pictures import form_of, pictures_of
from shuzi.service.problems import status_of
from shuzi.service.readers import _facts
from shuzi.service.review import workbook_of

MOST = 50_000  # cells
SPEC = b"""title = "Scores"
note = "One digit in each box."
language = "en"
paper = "A4"
roster = "class.csv"
style = "comb"
[[fields]]
name = "number"
column = "number"
[[fields]]
name = "day"
kind = "date"
once = true
[[fields]]
name = "answer"
kind = "tick"
options = ["A", "B"]
choose = "any"
key = "A"
once = true
[[fields]]
name = "q1"
boxes = 3
decimals = 1
min = 0.5
max = 20
key = [17.5, "18.0"]
tolerance = 0.5
points = 3
[[fields]]
name = "who"
kind = "identifier"
boxes = 4
among_column = "number"
[[fields]]
name = "total"
boxes = 4
decimals = 1
sum_of = ["q1"]
"""
ROSTER = "number,name\n0017,Ada\n0202,Bea\n3030,\u674e\u56db\n".encode()
OF_TABLE = b'title = "Scores"\nrows = 1\n[[fields]]\nname = "A"\nboxes = 2\n[[fields]]\nname = "B"\nboxes = 2\n'


def table() -> dict[str, Any]:
    """Return a table of two cells as JSON values."""
    cell = {
        "text": "17",
        "status": "ok",
        "confidence": 0.99,
        "rule": "",
        "message": "",
        "alternatives": [],
        "page": 1,
    }
    cell |= {"box": [1, 2, 30, 40], "source": "a.jpg", "picture": ""}
    doubtful = cell | {"status": "unsure", "alternatives": [{"text": "11", "probability": 0.2}]}
    names = ("A", "B")
    columns = [
        {"name": name, "label": name, "kind": "number", "decimals": 0, "total": False, "printed": False}
        for name in names
    ]
    columns[0] |= {"points": 2.0, "key": ["17"], "tolerance": 0.5}
    columns[1] |= {"kind": "tick", "options": ["11", "17"], "choose": "one", "points": 1.5, "key": ["17"]}
    rows = [{"sheet": 1, "row": 1, "cells": {"A": cell, "B": doubtful}}]
    return {
        "format": 1, "title": "Scores", "columns": columns, "rows": rows, "doubtful": 1, "problems": [],
    }  # fmt: skip


def multipart() -> bytes:
    """Return a Content-Type, and below it a body with a picture and a spec."""
    parts = (
        b'Content-Disposition: form-data; name="picture"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nGIF89a',
        b'Content-Disposition: form-data; name="spec"; filename="s.toml"\r\n\r\n' + SPEC,
    )
    body = b"".join(b"--frontier\r\n" + part + b"\r\n" for part in parts) + b"--frontier--\r\n"
    return b"multipart/form-data; boundary=frontier\n" + body


@cache
def reader() -> Any:
    """Return the smallest reader."""
    return shuzi.load("tiny")


def try_spec(content: bytes) -> None:
    """Take in a spec."""
    forms.check(reader(), {"spec": ("s.toml", content), "roster": ("class.csv", ROSTER)}, None, MOST, "en")


def try_roster(content: bytes) -> None:
    """Take in a roster."""
    forms.check(reader(), {"spec": ("s.toml", SPEC), "roster": ("class.csv", content)}, None, MOST, "en")


def try_table(content: bytes) -> None:
    """Take in a table that was read before, by a spec and without; write it as JSON and as a workbook."""
    found = forms.join(reader(), [], {}, content, MOST, "en")
    FormTable.model_validate_json(found)
    workbook_of(content, MOST, "en")
    forms.join(reader(), [], {"spec": ("s.toml", OF_TABLE)}, content, MOST, "en")


def try_card(content: bytes) -> None:
    """Take in a model's card, and list the model."""
    card = Card.from_json(content.decode("utf-8", "replace"), "a.onnx")
    card.check_usable("a.onnx")
    Card.from_json(card.to_json(), "a.onnx")
    facts = _facts("a", card, 1) | {"shipped": False, "chosen": True}
    Model.model_validate(facts).model_dump_json().encode()


def try_multipart(content: bytes) -> None:
    """Parse a body, once allowing any files and once pictures only."""
    kind, _, body = content.partition(b"\n")
    with suppress(ShuziError):
        pictures_of(body, kind.decode("latin-1"), 3)
    form_of(body, kind.decode("latin-1"), 3, ("spec",))


@cache
def sound() -> dict[str, bytes]:
    """Return a valid text of each kind."""
    card = _metadata(find_model("tiny").read_bytes(), "tiny")[METADATA_KEY]
    return {
        "SPEC": SPEC,
        "ROSTER": ROSTER,
        "TABLE": json.dumps(table()).encode(),
        "CARD": card.encode(),
        "MULTIPART": multipart(),
    }


KINDS: dict[str, Callable[[bytes], None]] = {
    "SPEC": try_spec,
    "ROSTER": try_roster,
    "TABLE": try_table,
    "CARD": try_card,
    "MULTIPART": try_multipart,
}
"""What each kind is handed to."""

OF_MODELS = "error.model."  # only the person starting the service names such a file


@dataclass
class Told:
    """The outcomes for texts of one kind."""

    kind: str
    texts: int = 0
    taken: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)


def fuzz(kind: str, each: int, seed: int = 0) -> Told:
    """Try mutated texts of a kind.

    Parameters
    ----------
    kind
        A key of `KINDS`.
    each
        How many.
    seed
        Decides all mutations.
    """
    rng, told = np.random.default_rng(seed), Told(kind)
    for _ in range(each):
        content = mutated(sound()[kind], rng)
        told.texts += 1
        try:
            KINDS[kind](content)
            told.taken += 1
        except ShuziError as problem:
            key = getattr(problem.values.get("reason"), "key", problem.key)
            told.errors[key] = told.errors.get(key, 0) + 1
            try:
                problem.sentence("zh"), problem.sentence("en")
            except Exception:  # noqa: BLE001 - it is what is looked for
                told.foreign.append(f"{content[:300]!r}: {traceback.format_exc(limit=-3)}")
            if status_of(problem) == 500 and not problem.key.startswith(OF_MODELS):
                told.foreign.append(f"{content[:300]!r}: {problem.key} has no status")
        except Exception:  # noqa: BLE001 - see above
            told.foreign.append(f"{content[:300]!r}: {traceback.format_exc(limit=-3)}")
    return told


def main() -> None:
    """Fuzz the kinds named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=1_000, help="mutated texts of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # of the parser of multipart bodies
    foreign = 0
    for kind in given.kinds:
        told = fuzz(kind, given.each, given.seed)
        foreign += len(told.foreign)
        result = asdict(told) | {"seed": given.seed}
        print(json.dumps(result), flush=True)
    sys.exit(1 if foreign else 0)


if __name__ == "__main__":
    main()
