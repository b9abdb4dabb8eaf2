import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from PIL import Image

import shuzi
from shuzi.errors import ModelError, PictureError
from shuzi.models.store import shipped
from shuzi.reading.result import Reading
from shuzi.synthesis.digit_shapes import skeleton_field
from shuzi.synthesis.pen import UNIT


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_run_folder_and_its_model_read_alike(finished_run, mnist, kind):
    images = mnist.test.images[:100]
    by_folder = shuzi.load(kind(finished_run())).classify(images)
    by_file = shuzi.load(kind(finished_run() / "model.onnx")).classify(images)
    np.testing.assert_array_equal(by_folder, by_file)
    assert np.mean(by_folder.argmax(axis=1) == mnist.test.labels[:100]) > 0.85


def test_a_reader_shows_the_card_of_its_model(finished_run):
    card = shuzi.load(finished_run()).card
    assert (card.name, card.parameters, card.recipe["steps"]) == ("softmax", 7850, 2_000)


def test_without_a_name_it_is_the_default_model(mnist):
    reader = shuzi.load()
    assert reader.card == shuzi.load("default").card
    assert np.mean(reader.classify(mnist.test.images[:1_000]).argmax(axis=1) == mnist.test.labels[:1_000]) > 0.98


def test_a_reading_says_whether_its_confidence_was_calibrated_for_the_models_that_read(mnist, tmp_path):
    detector = onnx.load(shipped()["detector"])
    detector.graph.doc_string = "another graph, and so another detector"
    (card,) = detector.metadata_props
    weights = hashlib.sha256(detector.graph.SerializeToString()).hexdigest()
    card.value = json.dumps(json.loads(card.value) | {"weights": weights})
    onnx.save(detector, tmp_path / "other.onnx")
    page = np.full((60, 90), 255, np.uint8)
    page[10:38, 20:48] -= mnist.test.images[0]
    default = shuzi.load()
    assert default.calibrated
    assert default.read(page).calibrated
    other = shuzi.load("default", detector=tmp_path / "other.onnx")
    assert not other.calibrated
    assert not other.read(page).calibrated
    assert not shuzi.load("tiny").read(np.full((30, 30), 255, np.uint8)).calibrated
    assert other.card.calibration == default.card.calibration


def test_digits_are_read_though_shrinking_broke_their_strokes():
    right = 0
    for seed in range(3):
        for label in range(10):
            field = skeleton_field(np.random.default_rng(100 * seed + label), label)
            shrunk = np.where(field < UNIT / 2, 0, 255)[1::2, 1::2].astype(np.uint8)  # every second pixel is left out
            right += shuzi.load().read(shrunk).text == str(label)
    assert right >= 13  # 15; 8 while broken strokes stayed as they were


@pytest.mark.parametrize("apart", [2, 3])
def test_thin_digits_side_by_side_do_not_become_one(apart):
    page = np.full((36, 40), 230, np.uint8)
    page[8:29, 12] = page[20, 5:16] = 20
    for row in range(12):
        page[8 + row, 12 - row * 7 // 12] = 20
    page[8:29, 16 + apart] = 20
    reading = shuzi.load().read(page)
    assert reading.text == "41" or reading.status != "ok"


def test_how_many_threads_opencv_has_changes_nothing(mnist):
    page = np.full((700, 900), 235, np.uint8)
    for place, image in enumerate(mnist.test.images[:24]):
        row, column = 100 + 160 * (place // 6), 60 + 130 * (place % 6)
        page[row : row + 84, column : column + 84] -= cv2.resize(image, (84, 84)) // 2
    reader, before, found = shuzi.load(), cv2.getNumThreads(), []
    try:
        for threads in (1, 2):
            cv2.setNumThreads(threads)
            found.append(reader.read(page).as_dict())
    finally:
        cv2.setNumThreads(before)
    assert len(found[0]["digits"]) > 20
    assert found[0] == found[1]


@pytest.mark.parametrize("lean", [3, 5, 8, 10])
@pytest.mark.parametrize("apart", [3, 4, 5])
def test_thin_ones_that_lean_over_one_another_do_not_become_one(apart, lean):
    page = np.full((40, 50), 230, np.uint8)
    for left in (10, 10 + apart):
        cv2.line(page, (left + lean, 8), (left, 28), 20, 1)
    reading = shuzi.load().read(page)
    assert reading.text == "11" or reading.status != "ok"


def test_the_features_are_what_the_last_layer_sees(mnist):
    from shuzi.reading.classifier import Classifier

    classifier = Classifier(shipped()["default"])
    images = mnist.test.images[:200]
    features = classifier.features(images)
    assert (features.shape, features.dtype) == ((200, 384), np.float32)
    np.testing.assert_array_equal(features[7:9], classifier.features(images[7:9]))
    # images of one digit lie closer together than those of two
    labels = mnist.test.labels[:200]
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    alike = unit @ unit.T
    same = labels[:, None] == labels
    assert alike[same].mean() > alike[~same].mean() + 0.2
    with pytest.raises(ModelError, match="does not output features"):
        Classifier(shipped()["softmax"]).features(images)


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="There is no model"):
        shuzi.load(tmp_path / "none")


def test_many_pictures_are_read_in_their_order_and_folders_opened_up(mnist, tmp_path):
    for digit in (0, 1, 2):
        page = np.pad(255 - mnist.validation.images[digit], 8, constant_values=255)
        Image.fromarray(page).resize((132, 132)).save(tmp_path / f"{digit + 9}.png")
    reader = shuzi.load()
    several = [tmp_path, b"no picture", tmp_path / "10.png", tmp_path / "none", np.full((30, 30), 255, np.uint8)] * 5
    found = list(reader.read_many(several))
    texts = [each.text if isinstance(each, Reading) else each.key for each in found]
    assert texts == ["5", "0", "4", "error.picture.unknown", "0", "error.data.unreadable", ""] * 5
    alone = reader.read(tmp_path / "10.png")
    assert [each.as_dict() for each in (found[1], found[4])] == [alone.as_dict()] * 2


@pytest.mark.parametrize("named", [str, Path, lambda path: (path / "7.png").read_bytes()])
def test_one_name_given_as_many_pictures_is_a_folder_or_a_picture(tmp_path, mnist, named):
    page = np.pad(255 - mnist.validation.images[0], 16, constant_values=255)
    Image.fromarray(page).save(tmp_path / "7.png")
    reader = shuzi.load()
    found = list(reader.read_many(named(tmp_path)))
    assert found == [reader.read(page)]


def test_pictures_are_taken_as_they_are_needed():
    taken = []

    def pictures():
        for number in range(1_000):
            taken.append(number)
            yield np.full((30, 30), 255, np.uint8)

    readings = shuzi.load().read_many(pictures())
    next(readings)
    assert len(taken) < 100 * (os.cpu_count() or 1)
    readings.close()


def test_a_folder_is_not_one_picture(tmp_path):
    with pytest.raises(PictureError, match="Cannot read"):
        shuzi.load().read(tmp_path)


def test_reading_never_waits_for_tensorflow(finished_run):
    program = """
import sys, numpy, shuzi
print(shuzi.load(sys.argv[1]).classify(numpy.zeros((3, 28, 28), numpy.uint8)).shape)
assert not {"tensorflow", "keras", "onnx", "click", "rich", "jinja2", "matplotlib"} & set(sys.modules), sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program, finished_run()], capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout == "(3, 10)\n"
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["floats", "bools", "wide", "flat", "channel", "one", "list"])
def test_images_come_in_every_usual_form(mnist, name):
    images = (mnist.validation.images[:2] > 127) * np.uint8(255)
    forms = {
        "floats": images / 255,
        "bools": images > 0,
        "wide": images.astype(np.int64),
        "flat": images.reshape(2, 784),
        "channel": images[..., np.newaxis],
        "one": images[0],
        "list": images.tolist(),
    }
    reader = shuzi.load()
    expected = reader.classify(images)
    np.testing.assert_allclose(reader.classify(forms[name]), expected[:1] if name == "one" else expected, atol=1e-6)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 1, 28, 28)),
        np.zeros((28, 27)),
        np.full((28, 28), 1.5),
        np.full((28, 28), -1),
        np.full((28, 28), np.nan),
        np.full((28, 28), 300),
        np.zeros((2, 28, 28), complex),
        "seven.png",
        None,
    ],
)
def test_other_images_are_refused(images):
    with pytest.raises(shuzi.ShuziError) as caught:
        shuzi.load().classify(images)
    assert caught.value.key in ("error.classify.shape", "error.classify.range")
