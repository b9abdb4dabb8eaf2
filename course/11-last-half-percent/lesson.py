"""Small differences measured honestly: five seeds, an interval, the test set once, and the labels in doubt."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

import shuzi

mnist, work = shuzi.load_mnist(), Path("my-seeds")
shutil.rmtree(work, ignore_errors=True)


def trained(folder, seed, *options):
    command = [sys.executable, "-m", "shuzi", "train", "fast", "--seed", str(seed), "--out", str(folder), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return shuzi.load(folder)


def right(network, split):
    return network.classify(split.images).argmax(axis=1) == split.labels


def interval(accuracy, n):
    return 1.96 * np.sqrt(accuracy * (1 - accuracy) / n)


def five(name, first, *options):
    print("%-8s" % name, end="")
    networks, accuracies = [], []
    for seed in range(first, first + 5):
        networks.append(trained(work / f"{name}-{seed}", seed, *options))
        accuracies.append(right(networks[-1], mnist.validation).mean())
        print(" %.4f" % accuracies[-1], end="", flush=True)
    mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
    print("\n  mean %.4f  deviation %.4f  interval %.4f" % (mean, deviation, interval(mean, 5000)))
    return networks


five("fast", 0)
five("again", 5)
longer = five("longer", 0, "--steps", "700")

DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)
wrong = np.flatnonzero(~right(longer[0], mnist.test))
accuracy = 1 - len(wrong) / 10_000
print("test %.4f ± %.4f" % (accuracy, interval(accuracy, 10_000)))
print("wrong", len(wrong), " in doubt", len(DISPUTED), " both", len(set(wrong) & set(DISPUTED)))
