"""A whole convolutional network in Keras: three epochs, more than 98 % of the 10,000 test images.

python examples/cnn.py        # needs: python -m pip install '.[train]'
"""

import keras
from keras import layers

import shuzi

keras.utils.set_random_seed(0)
mnist = shuzi.load_mnist()


def prepared(part):
    """Scale to 0 … 1 and give each image one channel: float32 (n, 28, 28, 1)."""
    return part.images[..., None].astype("float32") / 255, part.labels


network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),  # 26x26: strokes and corners
        layers.MaxPooling2D(),  # 13x13: the largest of every four
        layers.Conv2D(64, 3, activation="relu"),  # 11x11: parts of digits
        layers.MaxPooling2D(),  # 5x5
        layers.Flatten(),
        layers.Dropout(0.5),  # so that no neuron relies on a single other
        layers.Dense(10, activation="softmax"),  # a probability for each digit
    ]
)
network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
network.fit(*prepared(mnist.train), batch_size=128, epochs=3, validation_data=prepared(mnist.validation), verbose=2)

_, accuracy = network.evaluate(*prepared(mnist.test), verbose=0)
print(f"{network.count_params():,} parameters, {accuracy:.2%} of the test images")
assert accuracy > 0.98
