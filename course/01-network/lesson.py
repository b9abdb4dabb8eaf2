"""The smallest network that reads handwritten digits: y = softmax(xw + b)."""

import tensorflow as tf

import shuzi


class Network:
    def __init__(self):
        self.learning_rate = 0.001
        self.w = tf.Variable(tf.zeros([784, 10]))
        self.b = tf.Variable(tf.zeros([10]))

    def y(self, x):
        return tf.nn.softmax(x @ self.w + self.b)

    def loss(self, x, label):
        return -tf.reduce_sum(label * tf.math.log(self.y(x) + 1e-10))

    @tf.function
    def train(self, x, label):
        with tf.GradientTape() as tape:
            loss = self.loss(x, label)
        slope_w, slope_b = tape.gradient(loss, [self.w, self.b])
        self.w.assign_sub(self.learning_rate * slope_w)
        self.b.assign_sub(self.learning_rate * slope_b)
        return loss

    def accuracy(self, x, label):
        right = tf.equal(tf.argmax(self.y(x), axis=1), tf.argmax(label, axis=1))
        return tf.reduce_mean(tf.cast(right, tf.float32))


class Train:
    def __init__(self, seed=0):
        self.net = Network()
        self.data = shuzi.load_mnist(seed=seed)

    def prepare(self, images, labels):
        x = tf.reshape(tf.cast(images, tf.float32) / 255, [-1, 784])
        return x, tf.one_hot(labels, 10)

    def train(self, steps=2000, batch_size=64):
        for step in range(1, steps + 1):
            x, label = self.prepare(*self.data.train.next_batch(batch_size))
            loss = self.net.train(x, label)
            if step % 10 == 0:
                print("第%5d步,当前loss:%.2f" % (step, loss))

    def calculate_accuracy(self):
        test = self.data.test
        accuracy = self.net.accuracy(*self.prepare(test.images, test.labels))
        print("准确率: %.2f,共测试了%d张图片" % (accuracy, len(test)))


if __name__ == "__main__":
    app = Train()
    app.train()
    app.calculate_accuracy()
