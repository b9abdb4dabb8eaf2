"""A small window slid over a picture: by hand first, then a network of such windows, which shuffling hurts."""

import keras
import numpy as np
from keras import layers

import shuzi


def convolve(image, window):
    height, width = image.shape
    found = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            found[row, column] = np.sum(image[row : row + 3, column : column + 3] * window)
    return found


LEFT = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
TOP = LEFT.T

mnist = shuzi.load_mnist(seed=0)
seven = mnist.validation.images[np.argmax(mnist.validation.labels == 7)] / 255
theirs = keras.ops.conv(seven[None, :, :, None], LEFT[:, :, None, None].astype(float))
print("difference", np.abs(convolve(seven, LEFT) - np.array(theirs)[0, :, :, 0]).max().round(6))


WINDOW, POOL = 3, 2


def linear():
    return [layers.Flatten(), layers.Dense(10, activation="softmax")]


def windows():
    return [
        layers.Conv2D(16, WINDOW, activation="relu"),
        layers.MaxPooling2D(POOL),
        layers.Conv2D(32, WINDOW, activation="relu"),
        layers.MaxPooling2D(POOL),
        *linear(),
    ]


def trained(stack, images):
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input((28, 28, 1)), *stack])
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(images[..., None] / 255, mnist.train.labels, batch_size=128, epochs=2, verbose=0)
    return network


def accuracy(network, images):
    return network.evaluate(images[..., None] / 255, mnist.validation.labels, batch_size=500, verbose=0)[1]


ORDER = np.random.default_rng(0).permutation(784)


def shuffled(images):
    return images.reshape(-1, 784)[:, ORDER].reshape(images.shape)


def shifted(images, pixels):
    return np.pad(images, ((0, 0), (0, 0), (pixels, 0)))[:, :, :28]


train, validation = mnist.train.images, mnist.validation.images
for stack in (linear, windows):
    network = trained(stack(), train)
    print("%-8s %5d parameters  %.2f" % (stack.__name__, network.count_params(), accuracy(network, validation)))
    print("  shifted ", *("%.2f" % accuracy(network, shifted(validation, pixels)) for pixels in (1, 2, 3, 4, 6)))
    other = trained(stack(), shuffled(train))
    print("  shuffled %.2f" % accuracy(other, shuffled(validation)))


def normalised(batch):
    return (batch - batch.mean(axis=0)) / batch.std(axis=0)
