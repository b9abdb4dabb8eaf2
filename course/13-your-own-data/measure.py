"""A hand that the default network does not know either, narrow and leaning far, before and after fine-tuning."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from shuzi.data.formats import save_dataset
from shuzi.data.own import import_pictures
from shuzi.synthesis import composer

lesson = {}
with contextlib.redirect_stdout(io.StringIO()):
    exec((Path(__file__).parent / "lesson.py").read_text("utf-8").partition("work = Path(")[0], lesson)  # noqa: S102
plain = composer.skeleton_field


def leaning(draws, digit):
    move = np.float32([[0.6, 0.8, -0.2 * 56], [0, 1, 0]])
    return cv2.warpAffine(plain(draws, digit), move, (56, 56), borderValue=255)


if __name__ == "__main__":
    composer.skeleton_field = leaning
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        parts = {}
        for name, seed, per_digit in (("learn", 1, 10), ("exam", 2, 30)):
            lesson["cut"](lesson["draw_sheet"](seed, per_digit), Path(name))
            parts[name] = import_pictures(name).dataset
        save_dataset(Path("learn.npz"), parts["learn"])
        command = [sys.executable, "-m", "shuzi", "train", "--data", "learn.npz", "--from", "default", "--out", "own"]
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        print("\n".join(done.stdout.splitlines()[-3:]))
        mnist = lesson["shuzi"].load_mnist().validation
        for name in ("default", "own"):
            right, others = (lesson["accuracy"](name, each) for each in (parts["exam"], mnist))
            gap = lesson["interval"](right, len(parts["exam"]))
            print("%-7s own %.3f ± %.2f of %d   MNIST %.3f" % (name, right, gap, len(parts["exam"]), others))
