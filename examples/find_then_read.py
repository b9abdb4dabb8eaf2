"""Find the fields of a form with OpenCV, then read each: first the code that knows your form, then shuzi.

python examples/find_then_read.py
"""

import cv2
import numpy as np

import shuzi

NUMBERS = ["721", "04", "149"]  # the numbers in the fields, top to bottom


def make_form():
    """Draw a form with three ruled fields and write MNIST's test digits into them: uint8 (h, w), dark on light."""
    images = iter(shuzi.load_mnist().test.images)
    form = np.full((520, 640), 245, np.uint8)
    for row, number in enumerate(NUMBERS):
        top = 60 + 150 * row
        cv2.putText(form, f"Field {row + 1}", (30, top + 60), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 90, 2)
        cv2.rectangle(form, (200, top), (580, top + 110), 60, 3)
        for place in range(len(number)):
            digit = cv2.resize(next(images), (84, 84), interpolation=cv2.INTER_CUBIC)
            left = 220 + 90 * place
            form[top + 13 : top + 97, left : left + 84] = np.minimum(
                form[top + 13 : top + 97, left : left + 84], 245 - digit * 0.85
            )
    return form


def find_fields(form):
    """Return the inside of each large rectangle, top to bottom."""
    _, dark = cv2.threshold(form, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [cv2.boundingRect(outline) for outline in outlines]
    fields = sorted((y, x, w, h) for x, y, w, h in boxes if w > 200 and h > 60)
    edge = 8  # excludes the rectangle's own line
    return [form[y + edge : y + h - edge, x + edge : x + w - edge] for y, x, w, h in fields]


reader = shuzi.load()
found = [reader.read(field) for field in find_fields(make_form())]
for number, reading in enumerate(found, 1):
    print(f"field {number}: {reading.text} ({reading.status}, {reading.confidence:.0%})")
assert [reading.text for reading in found] == NUMBERS
