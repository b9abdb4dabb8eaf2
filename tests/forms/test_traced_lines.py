"""Lines to write on are fields of a traced form, and shadows on a blank one hide none."""

import cv2
import numpy as np
from PIL import Image

from shuzi.forms.flatten import even_light
from shuzi.forms.parse import read_spec
from shuzi.forms.read import PageReader
from shuzi.forms.spec import OPEN
from shuzi.forms.trace import save_traced, trace
from shuzi.forms.trace_fields import find_boxes


def test_lines_to_write_on_are_fields_and_are_not_read(benchmark_module, sheets, hands, reader, tmp_path):
    (form,) = benchmark_module("six_forms").six_forms("meter card")
    scan = cv2.resize((form.page * 255).astype(np.uint8), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    made = trace(Image.fromarray(scan), "card", "card", "148x105", None, "mm")
    save_traced(made, tmp_path / "card.toml")
    found = {_middle(field.at): field for field in made.spec.fields}
    names = {}
    for place in form.places:
        x, y = _middle(place.boxes)
        (field,) = (field for (left, top), field in found.items() if abs(left - x) < 2 and abs(top - y) < 2)
        assert field.style == place.field.style
        assert field.style == OPEN or field.boxes == place.field.boxes
        names[field.name] = place.field.name
    texts = {(0, place.field.name): "1234567890"[: place.field.boxes] for place in form.places}
    photo, _ = sheets.photograph(
        np.random.default_rng(6), sheets.fill(np.random.default_rng(5), form.page, form.places, texts, hands), 20.0
    )
    cells = PageReader(read_spec(tmp_path / "card.toml"), reader).read(photo, "photo.jpg").cells
    right = [cell.text.replace(".", "") == texts[0, names[name]] for (_, name), cell in cells.items()]
    assert sum(right) >= 8
    assert all(same for same, cell in zip(right, cells.values(), strict=True) if cell.status == "ok")


def _middle(boxes):
    return (boxes[0].x + boxes[-1].right) / 2, boxes[0].y + boxes[0].height / 2


def test_a_shadow_on_a_blank_form_hides_no_field(forms):
    flat = (cv2.resize(forms["survey"].page, (1680, 2376), interpolation=cv2.INTER_AREA) * 255).astype(np.uint8)
    shade = np.clip(np.linspace(-6, 6, 1680)[None, :] + np.linspace(-8, 8, 2376)[:, None], -1, 1) * 0.2 + 0.8
    shadowed = even_light((flat * shade).astype(np.uint8))
    assert len(find_boxes(shadowed)) == len(find_boxes(flat)) > 0
