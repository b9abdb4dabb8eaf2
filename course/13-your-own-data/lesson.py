"""Your own digits: a sheet cut up and made into a dataset, the gap measured, and closed by training on."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import shuzi
from shuzi.ink.paper import ink_map
from shuzi.synthesis.composer import draw_sheet

sheet = draw_sheet(seed=2, per_digit=30)
mine = sheet[1080:, :120]
reading = shuzi.load("tiny").read(mine)
print("a 9 is read as", reading.text, reading.status, "%.2f" % reading.confidence)


def runs(has_ink):
    edges = np.flatnonzero(np.diff(np.pad(has_ink, 1).astype(int)))
    return [(start, stop) for start, stop in edges.reshape(-1, 2).tolist() if stop - start > 4]


def cut(sheet, folder):
    folder.mkdir()
    ink = ink_map(sheet) > 60
    for digit, (top, bottom) in enumerate(runs(ink.any(axis=1))):
        for position, (left, right) in enumerate(runs(ink[top:bottom].any(axis=0))):
            piece = sheet[max(0, top - 9) : bottom + 9, max(0, left - 9) : right + 9]
            Image.fromarray(piece).save(folder / f"{digit}_{position}.png")


def interval(accuracy, n):
    return 1.96 * np.sqrt(accuracy * (1 - accuracy) / n)


def accuracy(model, dataset):
    return np.mean(shuzi.load(model).classify(dataset.images).argmax(axis=1) == dataset.labels)


def command(*words):
    subprocess.run([sys.executable, "-m", "shuzi", *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def train_on(images, labels, name):
    np.savez(work / f"{name}.npz", images=images, labels=labels)
    options = ["--steps", "200", "--learning-rate", "0.002", "--out", work / name]
    command("train", "tiny", "--from", "tiny", "--data", work / f"{name}.npz", *options)
    return work / name


work = Path("my-digits")
shutil.rmtree(work, ignore_errors=True)
work.mkdir()
for name, seed, per_digit in (("learn", 1, 10), ("exam", 2, 30)):
    cut(draw_sheet(seed, per_digit), work / name)
    command("data", "import", work / name, work / f"{name}.npz")
learn, exam = (shuzi.Dataset(**np.load(work / f"{name}.npz")) for name in ("learn", "exam"))
mnist = shuzi.load_mnist()
print("pictures", len(learn), len(exam))


def report(name, model):
    own, before = accuracy(model, exam), accuracy(model, mnist.validation)
    print("%-6s own %.3f ± %.2f   MNIST %.3f" % (name, own, interval(own, len(exam)), before))


report("tiny", "tiny")
report("own", train_on(learn.images, learn.labels, "own"))
images = np.concatenate([learn.images, mnist.train.images[:900]])
labels = np.concatenate([learn.labels, mnist.train.labels[:900]])
report("both", train_on(images, labels, "both"))
