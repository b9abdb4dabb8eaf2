"""Numbers that remember what they were made of work out every slope, as TensorFlow's tape does."""

import numpy as np
import tensorflow as tf

tape = []


class Value:
    def __init__(self, number, *made_of):
        self.number, self.made_of, self.slope = number, made_of, 0.0
        tape.append(self)

    def __add__(self, other):
        return Value(self.number + other.number, (self, 1), (other, 1))

    def __mul__(self, other):
        return Value(self.number * other.number, (self, other.number), (other, self.number))

    def bend(self):
        return Value(max(self.number, 0), (self, 1 if self.number > 0 else 0))

    def exp(self):
        power = np.exp(self.number)
        return Value(power, (self, power))

    def log(self):
        return Value(np.log(self.number), (self, 1 / self.number))


def rewind(result):
    result.slope = 1.0
    for value in reversed(tape):
        for part, factor in value.made_of:
            part.slope += factor * value.slope


a, b = Value(2.0), Value(3.0)
c = a * b + a
rewind(c)
print(c.number, a.slope, b.slope)


def forward(numbers):
    tape.clear()
    x, w = (Value(1.0), Value(0.5)), [Value(number) for number in numbers]
    upper = (x[0] * w[0] + x[1] * w[2]).bend()
    lower = (x[0] * w[1] + x[1] * w[3]).bend()
    first, second = upper * w[4] + lower * w[6], upper * w[5] + lower * w[7]
    return (first.exp() + second.exp()).log() + first * Value(-1.0), w


numbers = [1.0, -1.0, 2.0, 0.0, 0.5, 1.0, 1.0, -1.0]
loss, w = forward(numbers)
rewind(loss)
print("loss   %.3f" % loss.number)
print("slopes", *("%.3f" % value.slope for value in w))

tried = []
for place in range(8):
    nudged = numbers.copy()
    nudged[place] += 0.0001
    tried.append((forward(nudged)[0].number - loss.number) / 0.0001)
print("tried ", *("%.3f" % value for value in tried))

for step in range(1, 21):
    loss, w = forward(numbers)
    rewind(loss)
    numbers = [value.number - 0.5 * value.slope for value in w]
    if step in (1, 2, 20):
        print("%2d  loss %.3f" % (step, loss.number))

w1, w2 = tf.Variable([[1.0, -1.0], [2.0, 0.0]]), tf.Variable([[0.5, 1.0], [1.0, -1.0]])
with tf.GradientTape() as recorder:
    scores = tf.nn.relu(tf.constant([[1.0, 0.5]]) @ w1) @ w2
    loss = tf.reduce_logsumexp(scores) - scores[0, 0]
for slope in recorder.gradient(loss, [w1, w2]):
    print("tape  ", *("%.3f" % value for value in slope.numpy().ravel() + 0.0))
