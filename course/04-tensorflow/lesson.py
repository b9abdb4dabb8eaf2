"""The same network in TensorFlow, which works out the gradient by itself."""

import numpy as np
import tensorflow as tf

import shuzi

data = shuzi.load_mnist(seed=0)
w = tf.Variable(tf.zeros([784, 10]))
b = tf.Variable(tf.zeros([10]))


def prepare(images, labels):
    return tf.reshape(tf.cast(images, tf.float32) / 255, [-1, 784]), tf.one_hot(labels, 10)


def network(x):
    return tf.nn.softmax(x @ w + b)


def loss(x, label):
    return -tf.reduce_sum(label * tf.math.log(network(x) + 1e-10))


x, label = prepare(data.train.images[:64], data.train.labels[:64])
print(x.shape, label.shape)

with tf.GradientTape() as tape:
    value = loss(x, label)
from_tape = tape.gradient(value, w).numpy()
by_hand = tf.transpose(x) @ (network(x) - label)
print("largest difference is below 0.0001:", np.abs(from_tape - by_hand).max() < 0.0001)


@tf.function
def train(x, label):
    with tf.GradientTape() as tape:
        value = loss(x, label)
    slope_w, slope_b = tape.gradient(value, [w, b])
    w.assign_sub(0.001 * slope_w)
    b.assign_sub(0.001 * slope_b)
    return value


for step in range(1, 2001):
    value = train(*prepare(*data.train.next_batch(64)))
    if step in (1, 2, 10, 100, 1000, 2000):
        print("%5d  loss %.2f" % (step, value))


def accuracy(split):
    x, label = prepare(split.images, split.labels)
    correct = tf.equal(tf.argmax(network(x), axis=1), tf.argmax(label, axis=1))
    return tf.reduce_mean(tf.cast(correct, tf.float32))


print("validation %.4f" % accuracy(data.validation))
