"""Measures what the lesson says of the recipe `fast`, and what one more line after each pooling gives."""

import contextlib
import io
from pathlib import Path

import shuzi
from shuzi.training.events import Done
from shuzi.training.loop import train
from shuzi.training.recipe import recipe

LINE = "layers.BatchNormalization(momentum=0.9),"

done = next(event for event in train(recipe("fast"), shuzi.load_mnist()) if isinstance(event, Done))
print("fast %.4f" % done.accuracy)
code = Path(__file__).with_name("lesson.py").read_text("utf-8").partition("train, validation =")[0]
for name, changed in (
    ("without", code),
    ("with", code.replace("layers.MaxPooling2D(POOL),", f"layers.MaxPooling2D(POOL), {LINE}")),
):
    lesson = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(changed, lesson)  # noqa: S102 - the lesson's own code
    mnist = lesson["mnist"]
    network = lesson["trained"](lesson["windows"](), mnist.train.images)
    print("%-7s %.3f" % (name, lesson["accuracy"](network, mnist.validation.images)))
