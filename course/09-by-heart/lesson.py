"""A few pictures are soon learnt by heart; pictures never seen tell."""

import numpy as np

import shuzi

data = shuzi.load_mnist(seed=0)
images, labels = data.train.images, data.train.labels


def forward(x, w1, b1, w2, b2, kept=1):
    hidden = np.maximum(x @ w1 + b1, 0) * kept
    scores = hidden @ w2 + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def judge(network, images, labels):
    y = forward(images.reshape(-1, 784) / 255, *network)[1]
    loss = -np.mean(np.log(y[np.arange(len(labels)), labels] + 1e-10))
    return np.mean(y.argmax(axis=1) == labels), loss


def train(images, labels, change=None, show=(), keep=1.0, decay=0.0):
    draws = np.random.default_rng(0)
    w1, w2 = draws.normal(0, np.sqrt(2 / 784), (784, 64)), draws.normal(0, np.sqrt(2 / 64), (64, 10))
    network = w1, np.zeros(64), w2, np.zeros(10)
    for step in range(1, 2001):
        chosen = draws.integers(0, len(images), 64)
        pictures = change(images[chosen], draws) if change else images[chosen]
        x, label = pictures.reshape(-1, 784) / 255, np.eye(10)[labels[chosen]]
        kept = (draws.random((64, 64)) < keep) / keep if keep < 1 else 1
        hidden, y = forward(x, *network, kept)
        out = (y - label) / 64
        back = (out @ network[2].T) * (hidden > 0) * kept
        slopes = x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0)
        for values, slope in zip(network, slopes, strict=True):
            values -= 0.2 * (slope + decay * values)
        if step in show:
            losses = judge(network, images, labels)[1], judge(network, *validation)[1]
            print("%5d  train %.3f  validation %.3f" % (step, *losses))
    return network


validation = data.validation.images, data.validation.labels
for count in (10, 100, 1000):
    few = images[:count], labels[:count]
    network = train(*few)
    print("%4d  train %.2f  validation %.2f" % (count, judge(network, *few)[0], judge(network, *validation)[0]))

few = images[:1000], labels[:1000]
train(*few, show=(10, 50, 200, 500, 1000, 2000))


def shift(pictures, draws):
    moves = draws.integers(-2, 3, (len(pictures), 2))
    return np.stack([np.roll(picture, move, (0, 1)) for picture, move in zip(pictures, moves, strict=True)])


network = train(*few, change=shift, show=(10, 50, 200, 500, 1000, 2000))
print("shifted  validation %.2f" % judge(network, *validation)[0])

for name, cure in (("dropout", {"keep": 0.5}), ("decay", {"decay": 0.01})):
    network = train(*few, **cure)
    print("%-7s  validation %.2f  loss %.2f" % (name, *judge(network, *validation)))
