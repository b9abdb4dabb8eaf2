"""Measures what normalisation gives to the network with windows: one more line after each pooling."""

import contextlib
import io
from pathlib import Path

LINE = "layers.BatchNormalization(momentum=0.9),"

lesson_8 = Path(__file__).parents[1] / "10-convolution" / "lesson.py"
code = lesson_8.read_text("utf-8").partition("train, validation =")[0]
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
