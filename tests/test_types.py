"""A program that uses shuzi passes the strictest checks of types: what it imports is typed."""

import shutil
import subprocess
import sys

import pytest

CLIENT = """
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shuzi


def numbers(folder: Path) -> Iterator[tuple[str, str, float]]:
    reader: shuzi.Reader = shuzi.load()
    for result in reader.read_many(folder):
        if isinstance(result, shuzi.ShuziError):
            print(result.key, result)
            continue
        if result.status == "ok":
            yield result.source or "", result.text, result.confidence
        for digit in result.digits:
            x, y, width, height = digit.box
            print(digit.digit, digit.probability, x + width, y + height, digit.alternatives[0])
        for mark in result.marks:
            print(mark.mark, mark.alternatives)


reading = shuzi.load("tiny").read(np.zeros((28, 28), np.float32), among=["7"], pattern=r"\\d")
classes = shuzi.load().classify(np.zeros((2, 28, 28), np.uint8)).argmax(axis=1)
first: int = int(classes[0])
images = shuzi.load_mnist().train.next_batch(3)[0]
frame = shuzi.to_dataframe([reading])
print([*numbers(Path("scans"))], reading.as_dict()["alternatives"], first, images.shape, frame)
"""

WRONG = "\ntext: int = reading.text\n"


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_client_is_checked_and_a_mistake_in_it_found(tmp_path, checker):
    if checker == "mypy":
        pytest.importorskip("mypy")
    elif shutil.which("pyright") is None:
        pytest.skip("there is no pyright")
    commands = {
        "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")],
        "pyright": ["pyright", "--pythonpath", sys.executable],
    }
    told = []
    for content in (CLIENT, CLIENT + WRONG):
        (tmp_path / "client.py").write_text(content, "utf-8")
        told.append(subprocess.run([*commands[checker], "client.py"], cwd=tmp_path, capture_output=True, text=True))
    assert [each.returncode for each in told] == [0, 1], told[0].stdout
