"""How shuzi's readings of the hundred numbers that overlap by three pixels are divided by their status."""

from collections import Counter
from pathlib import Path

import numpy as np

lesson = {}
code = Path(__file__).with_name("lesson.py").read_text("utf-8").partition("for gap in")[0]
exec(code, lesson)  # noqa: S102 - the lesson's own code
images, answers = lesson["test"].images, lesson["answers"]
counted = Counter()
for place, answer in enumerate(answers):
    page = lesson["number"](images[3 * place : 3 * place + 3], -3)
    reading = lesson["reader"].read(255 - np.pad(page, 20))
    counted["right" if reading.digits_text == answer else "wrong", reading.status] += 1
    if reading.digits_text != answer and reading.status == "ok":
        print("%s is read as %s" % (answer, reading.digits_text))
for (kind, status), count in sorted(counted.items()):
    print("%s %-6s %d" % (kind, status, count))
