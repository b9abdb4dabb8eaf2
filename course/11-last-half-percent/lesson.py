"""Small differences measured honestly: five seeds, an interval, the test set once, and the labels in doubt."""

import numpy as np

import shuzi
from shuzi.training.events import Done
from shuzi.training.loop import train
from shuzi.training.recipe import recipe

mnist = shuzi.load_mnist()


def result(seed, **changes):
    chosen = recipe("fast").changed(seed=seed, **changes)
    return next(event for event in train(chosen, mnist) if isinstance(event, Done))


def interval(accuracy, n):
    return 1.96 * np.sqrt(accuracy * (1 - accuracy) / n)


def five(name, **changes):
    print("%-8s" % name, end="")
    accuracies = []
    for seed in range(5):
        accuracies.append(result(seed, **changes).accuracy)
        print(" %.4f" % accuracies[-1], end="", flush=True)
    mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
    print("\n  mean %.4f  deviation %.4f  interval %.4f" % (mean, deviation, interval(mean, 5000)))


five("fast")
five("moved", augment="squeeze")
five("longer", steps=700, validate_every=700)

DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)
final = result(0, steps=700, validate_every=700, judged_on="test")
wrong = np.flatnonzero(final.answers[0].argmax(axis=1) != mnist.test.labels)
print("test %.4f ± %.4f" % (final.accuracy, interval(final.accuracy, 10_000)))
print("wrong", len(wrong), " in doubt", len(DISPUTED), " both", len(set(wrong) & set(DISPUTED)))
