"""The network in TensorFlow with one thing wrong at a time."""

import numpy as np
import tensorflow as tf

import shuzi


def run(name, scale=255, relabel=None, rate=0.001, out=tf.nn.softmax, total=tf.reduce_sum, epsilon=1e-10):
    data = shuzi.load_mnist(seed=0)
    w, b = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))

    def prepare(images):
        return tf.reshape(tf.cast(images, tf.float32) / scale, [-1, 784])

    @tf.function
    def train(x, label):
        with tf.GradientTape() as tape:
            loss = -total(label * tf.math.log(out(x @ w + b) + epsilon))
        slope_w, slope_b = tape.gradient(loss, [w, b])
        w.assign_sub(rate * slope_w)
        b.assign_sub(rate * slope_b)
        return loss

    losses = []
    for _ in range(2000):
        images, labels = data.train.next_batch(64)
        labels = relabel(labels) if relabel else labels
        losses.append(float(train(prepare(images), tf.one_hot(labels, 10))))
    answers = np.argmax(prepare(data.validation.images) @ w + b, axis=1)
    accuracy = np.mean(answers == data.validation.labels)
    shown = [losses[step - 1] for step in (1, 10, 100, 2000)]
    print(name, "%9.2f %9.2f %9.2f %9.2f" % tuple(shown), " %.2f" % accuracy)
    return losses


def swap_3_and_8(labels):
    return np.choose(labels, [0, 1, 2, 8, 4, 5, 6, 7, 3, 9])


dice = np.random.default_rng(0)


def roll_dice(labels):
    return dice.integers(0, 10, len(labels))


if __name__ == "__main__":
    run("O")
    run("A", scale=1)
    run("B", relabel=swap_3_and_8)
    run("C", relabel=roll_dice)
    run("D", rate=-0.001)
    run("E", out=tf.identity)
    run("F", total=tf.reduce_mean)
    run("G", rate=1.0)
    run("H", rate=1.0, epsilon=0.0)
    run("I", rate=1e-7)
    run("J", rate=100.0)
