r"""Patterns become the shared fixture: texts that match, errors of invalid patterns, and readings of pictures.

    python tools/pattern_fixtures.py

`tests/fixtures/patterns.json` holds Python and the page to each other. Python's `re` decides what matches, so both
follow the usual regular expressions. Write it again when a model or a threshold has changed.
"""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import shuzi
from shuzi.errors import DataError
from shuzi.models.tasks import CLASSES
from shuzi.reading.automaton import LETTERS, NAMED_PATTERNS, compile_pattern
from shuzi.reading.fitting import find_fitting_texts

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"
FILE = FIXTURES / "patterns.json"
DECIMALS = 6

PATTERNS = (
    r"\d{4}",
    r"^\d+$",
    r"-?\d{1,3}(\.\d\d)?",
    r"(1|2[^0-3]|[4-6.,]{2,3})*7",
    r"(?:\d\d[-/]){2}\d{2,}",
    r"(\d?){5}",
    r"((12)*|3+)?.",
    r"[,-/]\d[\d.-][^\d]",
    r"1{0}2{0,}3|(){9}4",
    *NAMED_PATTERNS,
)
TEXTS = (
    "2026", "20.26", "12.50", "1,234.50", "1.234,50", "1234", "12,345", "100.-", "100,-", "100,--", "12.50-",
    "1,23", "-17", "-1.5", "7", "247", "4567", "65.7", "2.7", "31.12.2026", "12/31/2026", "2026-02-28",
    "32.12.2026", "2026-13-01", "1-2-26", "1.2-26", "23:59", "24:00", "7:05", "7:5", "18.30", "23:59:59",
    "0123-456789", "110", "12/34/56", "12-34-5678", "1212.", "123", "33:", ",", "-1.-", ".12-", "/5.:", "3",
    "4", "23", "13", "00000", "000000", "1:",
)  # fmt: skip
WRONG = (
    "", "-", "[.,]*", "phon", "d4", "(", "12(3", "12)3", "[", "1[2", "[]", "[^]", "[^0-9.,/:-]", "[9-0]", "[\\d-9]",
    "*", "|+", "(?)", "1**", "1+?", "1{2}{3}", "{2}", "1{", "1{,3}", "1{x}", "1{3,2}", "\\w", "\\1", "\\", "1 2",
    "1^2", "$1", "日", "1€", "\\d{1001}", "(\\d{40}){40}", "(\\d{500})+(\\d{501})", "((\\d{9}){9}){13}", "1" * 201,
    "(?=1)", "(?P<a>1)",
)  # fmt: skip
READ = ("number", "decimal", "touching", "two-lines", "one-digit", "beside-letters", "blank", "letter", "comb")
READ_BY = (r"\d+", r"\d{4}", r"\d\d\.?\d\d", r"\d\d,\d\d", r"[0-4]", r"1\d*", "amount", "time")


def main() -> None:
    """Write the fixture."""
    made = {
        "texts": TEXTS,
        "patterns": fits(),
        "wrong": wrong(),
        "columns": columns(),
        "readings": readings(shuzi.load()),
    }
    FILE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")


def fits() -> list[dict[str, Any]]:
    """Say which texts fit each pattern, and what fraction of all short ones at most counts as fitting."""
    found = []
    for pattern in PATTERNS:
        expression = re.compile(NAMED_PATTERNS.get(pattern, pattern), re.ASCII)
        fitting = [text for text in TEXTS if expression.fullmatch(text)]
        rarity = [round(compile_pattern(pattern).rarity(length), DECIMALS) for length in range(1, 9)]
        exact = (
            sum(bool(expression.fullmatch("".join(text))) for text in product(LETTERS, repeat=2)) / len(LETTERS) ** 2
        )
        found.append({"pattern": pattern, "fits": fitting, "of_two": round(exact, DECIMALS), "rarity": rarity})
    return found


def wrong() -> list[dict[str, Any]]:
    """Return the errors of invalid patterns."""
    found = []
    for pattern in WRONG:
        try:
            compile_pattern(pattern)
        except DataError as problem:
            found.append({"pattern": pattern, "key": problem.key, "values": problem.values})
    return found


def columns() -> list[dict[str, Any]]:
    """Search random columns, like those of a line recogniser, for matching texts."""
    rng, found = np.random.default_rng(31), []
    for pattern in (r"\d{3}", r"\d+\.\d", r"(12|3.)+", "time"):
        scores = rng.normal(0, 2.5, (12, len(CLASSES) + 1)) + np.eye(len(CLASSES) + 1)[-1] * 2
        logs = np.round(np.log(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)), DECIMALS)
        texts = find_fitting_texts(logs.astype(np.float32), compile_pattern(pattern))
        said = [
            ["".join(CLASSES[each] for each in text.labels), round(text.log_probability, DECIMALS)] for text in texts
        ]
        found.append({"pattern": pattern, "columns": logs.tolist(), "texts": said})
    return found


def readings(reader: shuzi.Reader) -> list[dict[str, Any]]:
    """Read pictures by patterns."""
    found = []
    for name in READ:
        picture = np.asarray(Image.open(FIXTURES / "reading" / f"{name}.picture.png"))
        seen = reader.recognise(picture, as_page=False)
        for pattern in READ_BY:
            reading = reader.with_pattern(pattern).decide(seen)
            found.append(
                {
                    "picture": name,
                    "pattern": pattern,
                    "text": reading.text,
                    "status": reading.status,
                    "confidence": round(reading.confidence, DECIMALS),
                    "digits_confidence": round(reading.digits_confidence, DECIMALS),
                    "advice": reading.advice[0],
                    "alternatives": [[text, round(sure, DECIMALS)] for text, sure in reading.alternatives],
                }
            )
    return found


if __name__ == "__main__":
    main()
