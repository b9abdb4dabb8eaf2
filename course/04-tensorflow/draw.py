"""The first gradient, from the tape and by hand."""

import numpy as np
from matplotlib.figure import Figure

import shuzi


def gradients(theme):
    """Above, what the tape says about the 784×10 weights at the start; below, y − label, by hand."""
    import tensorflow as tf

    data = shuzi.load_mnist(seed=0).train
    x = tf.reshape(tf.cast(data.images[:1024], tf.float32) / 255, [-1, 784])
    label = tf.one_hot(data.labels[:1024], 10)
    w = tf.Variable(tf.zeros([784, 10]))
    with tf.GradientTape() as tape:
        y = tf.nn.softmax(x @ w)
        loss = -tf.reduce_sum(label * tf.math.log(y + 1e-10))
    found = (tape.gradient(loss, w).numpy(), x.numpy().T @ (np.full((1024, 10), 0.1) - label.numpy()))
    figure = Figure(figsize=(8.6, 2.4))
    names = theme.say("tape", "录像机"), theme.say("by hand", "手算")
    for row, values, name in zip(figure.subplots(2, 10), found, names, strict=True):
        for digit, cell in enumerate(row):
            picture = -values[:, digit].reshape(28, 28)
            most = np.abs(picture).max()
            image = cell.imshow(picture, cmap=theme.signs, vmin=-most, vmax=most)
            cell.set(xticks=[], yticks=[])
            cell.spines[:].set_visible(False)
        row[0].set_ylabel(name)
    for digit, cell in enumerate(figure.axes[:10]):
        cell.set_title(str(digit))
    bar = figure.colorbar(image, ax=figure.axes, ticks=[-most, most], pad=0.01)
    bar.ax.set_yticklabels([theme.say("shrink", "该减"), theme.say("grow", "该加")])
    return figure
