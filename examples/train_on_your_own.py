"""Train on a folder of your own pictures and read with the resulting model.

python examples/train_on_your_own.py FOLDER       # pictures named 7_anything.png; needs '.[train]'
python examples/train_on_your_own.py              # makes its own pictures and checks the accuracy
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import shuzi


def shuzi_command(*arguments):
    subprocess.run([sys.executable, "-m", "shuzi", *map(str, arguments)], check=True)


def train(pictures, folder):
    """Return a reader trained on the pictures; the run folder `mine` stays in `folder`."""
    dataset, run = Path(folder) / "mine.npz", Path(folder) / "mine"
    shuzi_command("data", "import", pictures, dataset, "--preview", Path(folder) / "mine.png")
    shuzi_command("train", "mlp", "--data", dataset, "--steps", 600, "--out", run)
    return shuzi.load(run)


def make_pictures(folder, part, count):
    """Write single digits, dark on light and of many sizes, as a person's own pictures might be."""
    Path(folder).mkdir()
    for position in range(count):
        size = 60 + position % 40
        picture = Image.fromarray(255 - part.images[position]).resize((size, size))
        picture.save(Path(folder) / f"{part.labels[position]}_{position}.png")


if len(sys.argv) == 2:
    train(sys.argv[1], ".")
else:
    mnist = shuzi.load_mnist()
    with tempfile.TemporaryDirectory() as name:
        make_pictures(Path(name) / "pictures", mnist.train, 2_000)
        reader = train(Path(name) / "pictures", name)
    answers = reader.classify(mnist.test.images).argmax(axis=1)
    accuracy = (answers == mnist.test.labels).mean()
    print(f"After 2,000 pictures: {accuracy:.1%} of MNIST's test images")
    assert accuracy > 0.85
