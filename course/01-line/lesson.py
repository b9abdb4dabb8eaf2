"""A straight line finds its points by gradient descent."""

import numpy as np

x = np.array([0, 1, 2, 3])
label = np.array([1, 3, 5, 7])


def loss(w, b):
    return np.mean((w * x + b - label) ** 2)


print(loss(0, 0), loss(1, 0), loss(2, 0), loss(2, 1))

print((loss(0.001, 0) - loss(0, 0)) / 0.001)

w, b, rate = 0.0, 0.0, 0.1
for step in range(101):
    error = w * x + b - label
    if step in (0, 1, 2, 3, 10, 100):
        print("%3d  loss %.4f  w %.4f  b %.4f" % (step, np.mean(error**2), w, b))
    w -= rate * np.mean(2 * error * x)
    b -= rate * np.mean(2 * error)
