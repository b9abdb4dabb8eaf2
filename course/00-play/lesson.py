"""A picture goes in, ten numbers come out; then the picture is shifted."""

import numpy as np

import shuzi

seven = shuzi.load_mnist().test.images[0]
print(seven.shape, seven.min(), seven.max())

for row in seven[7:27]:
    print("".join(" .:*#"[value // 52] for value in row))

network = shuzi.load("softmax")


def show(picture):
    (ten,) = network.classify(picture[np.newaxis])
    for digit in range(10):
        print(digit, "%.2f" % ten[digit], "=" * round(30 * ten[digit]))


show(seven)

show(np.roll(seven, -4, axis=1))
