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


def letter(character):
    page = np.full((280, 280), 230, np.uint8)
    return normalize(ink_map(cv2.putText(page, character, (80, 190), cv2.FONT_HERSHEY_SIMPLEX, 5, 30, 12)))


letters = np.stack([*map(letter, "ABCDEFGHJKLMNPRTUVWXYadefhkmnprtuvwxy")])
ours = np.array(network(letters / 255))
for each in (1, temperature):
    print("letters over 0.9: %d of %d" % ((softmax(ours / each).max(axis=1) > 0.9).sum(), len(letters)))

reader = Classifier(find_model("default"))
digits, is_digit = reader.classify_or_reject(letters)
taken = is_digit > reader.card.thresholds["not-a-digit"]
print("reader: %d over 0.9, %d taken for a digit" % ((digits.max(axis=1) > 0.9).sum(), taken.sum()))
