"""Confidence that means something: a temperature fitted, answers withheld, and letters turned away."""

import cv2
import keras
import numpy as np
from keras import layers

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier

mnist = shuzi.load_mnist()
keras.utils.set_random_seed(0)
hidden = layers.Dense(256, activation="relu")
network = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), hidden, layers.Dense(10)])
network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
network.fit(mnist.train.images[:1000] / 255, mnist.train.labels[:1000], batch_size=50, epochs=30, verbose=0)
scores, labels = np.array(network(mnist.validation.images / 255)), mnist.validation.labels


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def bins(probabilities, labels):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    print("promised %.3f  right %.3f" % (confidence.mean(), right.mean()))
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        chosen = (confidence >= low) & (confidence < high)
        promised, kept = confidence[chosen].mean(), right[chosen].mean()
        print("%6d answers  promised %.3f  right %.3f" % (chosen.sum(), promised, kept))


bins(softmax(scores[2500:]), labels[2500:])


def loss(temperature):
    y = softmax(scores[:2500] / temperature)
    return -np.log(y[np.arange(2500), labels[:2500]] + 1e-10).mean()


temperature = min(np.arange(0.5, 5, 0.1), key=loss)
print("temperature %.1f" % temperature)
honest = softmax(scores[2500:] / temperature)
bins(honest, labels[2500:])


def letter(character, font=cv2.FONT_HERSHEY_SIMPLEX, pen=12):
    page = np.full((280, 280), 230, np.uint8)
    return normalize(ink_map(cv2.putText(page, character, (80, 190), font, 5, 30, pen)))


alphabet = "ABCDEFGHJKLMNPRTUVWXYadefhkmnprtuvwxy"
letters = np.stack([*map(letter, alphabet)])
ours = np.array(network(letters / 255))
for each in (1, temperature):
    over = softmax(ours / each).max(axis=1) > 0.9
    print("letters over 0.9: %d of %d" % (over.sum(), len(letters)))

inner = keras.Sequential(network.layers[:2])
fonts = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)
taught = np.stack([letter(each, font, pen) for font in fonts for pen in (6, 10, 16) for each in alphabet])
x = np.array(inner(np.concatenate([mnist.train.images[:1000], taught]) / 255))
label = np.repeat([1.0, 0.0], (1000, len(taught)))
w, b = np.zeros(256), 0.0
for step in range(1001):
    if step in (0, 10, 100, 1000):
        left, kept = (np.array(inner(each / 255)) @ w + b >= 0 for each in (letters, mnist.validation.images[2500:]))
        print("%4d  letters left %2d  digits kept %.3f" % (step, (over & left).sum(), kept.mean()))
    y = 1 / (1 + np.exp(-(x @ w + b)))
    w -= 0.01 * (y - label) @ x / len(x)
    b -= 0.01 * (y - label).mean()

reader = Classifier(find_model("default"))
digits, is_digit = reader.classify_or_reject(letters)
taken = is_digit > reader.card.thresholds["not-a-digit"]
print("reader: %d over 0.9, %d taken for a digit" % ((digits.max(axis=1) > 0.9).sum(), taken.sum()))
