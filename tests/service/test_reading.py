import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.messages import speaking
from shuzi.reading.explain import what_counts
from shuzi.service.readers import Readers

ZIP = b"PK\x03\x04" + bytes(200)


def test_a_reading_is_what_the_reader_says(client, number):
    said = client.post("/v1/read", files={"picture": ("cheque.png", number)})
    assert said.status_code == 200
    assert said.headers["content-type"] == "application/json"
    expected = shuzi.load().read(number).as_dict("cheque.png")
    assert expected["text"] == "7210"
    assert said.json() == {"readings": [expected]}


def test_a_reading_is_what_the_command_prints(client, number, tmp_path):
    path = tmp_path / "cheque.png"
    path.write_bytes(number)
    printed = subprocess.run(
        [sys.executable, "-m", "shuzi", "--lang", "zh", "read", "--json", path], capture_output=True, check=True
    )
    said = client.post("/v1/read", params={"lang": "zh"}, files={"picture": (str(path), number)})
    assert said.json()["readings"] == [json.loads(printed.stdout)]


def test_many_images_of_mnist_are_read_as_the_reader_reads_them(client, mnist, as_png):
    reader = shuzi.load()
    for image in mnist.test.images[:40]:
        said = client.post("/v1/read", content=as_png(image), headers={"content-type": "image/png"})
        assert said.json() == {"readings": [reader.read(image).as_dict("picture")]}


def test_several_pictures_are_read_in_their_order_and_a_bad_one_stands_alone(client, number):
    files = [("picture", ("a.png", number)), ("picture", ("b.zip", ZIP)), ("picture", ("三.png", number))]
    said = client.post("/v1/read", files=files, params={"lang": "zh"})
    assert said.status_code == 200
    one, bad, three = said.json()["readings"]
    assert (one["source"], one["text"], three["source"], three["text"]) == ("a.png", "7210", "三.png", "7210")
    assert bad.keys() == {"source", "error", "key"}
    assert (bad["source"], bad["key"]) == ("b.zip", "error.picture.unknown")
    assert bad["error"].startswith("b.zip 不是")


def test_the_language_is_chosen_by_the_query_then_by_the_header(client, number):
    with speaking("zh"):
        chinese = shuzi.load().read(number).message
    for address, header, expected in (
        ("/v1/read", "zh-CN,en;q=0.5", chinese),
        ("/v1/read", "fr", "Read."),
        ("/v1/read?lang=en", "zh", "Read."),
    ):
        said = client.post(address, files={"picture": number}, headers={"accept-language": header})
        assert said.json()["readings"][0]["message"] == expected


def test_marks_are_part_of_the_text_unless_they_are_not_asked_for(client, mnist):
    page = np.full((80, 160), 235, np.uint8)
    for place, x in ((2, 20), (0, 96)):
        page[24:52, x : x + 28] -= np.rint(mnist.test.images[place] * 0.8).astype(np.uint8)
    page[46:50, 70:74] = 40
    file = io.BytesIO()
    Image.fromarray(page).save(file, "PNG")
    (whole,) = client.post("/v1/read", files={"picture": file.getvalue()}).json()["readings"]
    assert (whole["text"], whole["digits_text"]) == ("1.7", "17")
    assert [each["mark"] for each in whole["marks"]] == ["."]
    (mark,) = shuzi.load().read(page).marks
    told = [(each["text"], each["probability"]) for each in whole["marks"][0]["alternatives"]]
    assert told == [(text, round(probability, 4)) for text, probability in mark.alternatives]
    assert told
    (plain,) = client.post("/v1/read?marks=false", files={"picture": file.getvalue()}).json()["readings"]
    assert (plain["text"], plain["marks"], plain["confidence"]) == ("17", [], whole["digits_confidence"])


def test_numbers_follow_a_pattern_and_what_is_none_is_refused(client, number):
    def asked(pattern, **more):
        return client.post("/v1/read", params={"pattern": pattern, **more}, files={"picture": number})

    (fits,) = asked(r"\d+").json()["readings"]
    assert (fits["text"], fits["status"]) == ("7210", "ok")
    (unfit,) = asked(r"\d{3}").json()["readings"]
    assert unfit["status"] == "unsure"
    assert asked("", marks=False).json()["readings"][0]["text"] == "7210"
    for pattern, key, position in (("(", "open", 1), (r"\d{9}{9}", "repeat", 6), (r"(\d{99}){99}", "many", 9)):
        said = asked(pattern)
        assert (said.status_code, said.json()["key"]) == (400, f"error.pattern.{key}")
        assert f"character {position}" in said.json()["detail"]
    assert asked("1" * 201).json()["key"] == "error.pattern.long"


def test_explaining_adds_what_was_seen_and_what_counted_and_changes_nothing_else(client, number):
    plain = client.post("/v1/read", files={"picture": number}).json()["readings"][0]
    (told,) = client.post("/v1/read", params={"explain": True}, files={"picture": number}).json()["readings"]
    assert told.pop("size") == [220, 60]
    reading = shuzi.load().read(number)
    for digit, seen in zip(told["digits"], reading.digits, strict=True):
        assert np.array_equal(digit.pop("image"), seen.image)
        counted = what_counts(shuzi.load().classify, seen.image, seen.digit)
        assert np.abs(counted).max() > 1e-4
        assert np.allclose(digit.pop("counted"), counted, atol=1e-5)
    assert told == plain


def test_boxes_are_in_the_picture_as_a_person_sees_it(client, mnist):
    page = np.full((100, 300), 255, np.uint8)
    page[30:58, 200:228] = 255 - mnist.test.images[0]
    turned, exif = Image.fromarray(np.rot90(page, 1)), Image.Exif()
    exif[274] = 6  # to be turned by 90 degrees clockwise
    file = io.BytesIO()
    turned.save(file, "JPEG", quality=95, exif=exif)
    (said,) = client.post("/v1/read?explain=true", files={"picture": file.getvalue()}).json()["readings"]
    assert said["size"] == [300, 100]
    x, y, width, height = said["digits"][0]["box"]
    assert 200 <= x < x + width <= 228
    assert 30 <= y < y + height <= 58


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_each_page_of_a_pdf_or_tiff_is_a_picture(client, mnist, kind):
    pages = []
    for place in (0, 1):
        page = np.full((200, 200), 255, np.uint8)
        page[60:144, 60:144] = 255 - np.kron(mnist.test.images[place], np.ones((3, 3), np.uint8))
        pages.append(Image.fromarray(page))
    file = io.BytesIO()
    pages[0].save(file, kind, save_all=True, append_images=pages[1:])
    said = client.post("/v1/read", files={"picture": ("scan", file.getvalue())}).json()["readings"]
    assert [(each["source"], each["text"]) for each in said] == [("scan#1", "7"), ("scan#2", "2")]


def test_a_pdf_with_more_pages_than_a_request_may_hold_is_named_with_what_to_do(client):
    page, file = Image.new("L", (60, 80), 255), io.BytesIO()
    page.save(file, "PDF", save_all=True, append_images=[page] * 32)
    for path in ("/v1/read", "/v1/forms?table=true"):
        answer = client.post(path, files={"picture": ("class.pdf", file.getvalue())})
        assert (answer.status_code, answer.json()["key"]) == (413, "error.service.pages")
        assert all(each in answer.json()["detail"] for each in ("class.pdf", "33", "32", "shuzi form read"))


def test_another_model_reads_when_it_is_named(client, mnist):
    image = mnist.test.images[0]
    said = client.post("/v1/classify", json={"images": [image.tolist()], "model": "softmax"})
    expected = shuzi.load("softmax").classify(image[None])[0]
    assert said.json()["answers"][0]["probabilities"] == [round(float(each), 4) for each in expected]


def test_classifying_takes_rows_or_single_numbers(client, mnist):
    images = mnist.test.images[:5]
    rows = client.post("/v1/classify", json={"images": images.tolist()})
    flat = client.post("/v1/classify", json={"images": images.reshape(5, 784).tolist()})
    assert rows.status_code == 200
    assert rows.json() == flat.json()
    floats = client.post("/v1/classify", json={"images": images.reshape(5, 784).astype(float).tolist()})
    assert floats.json() == flat.json()
    probabilities = shuzi.load().classify(images)
    for said, expected in zip(rows.json()["answers"], probabilities, strict=True):
        assert said["digit"] == int(expected.argmax())
        assert said["probability"] == round(float(expected.max()), 4)
        assert said["probabilities"] == [round(float(each), 4) for each in expected]


def test_the_models_are_those_that_come_with_shuzi(client):
    from shuzi.models.store import shipped

    models = {each["name"]: each for each in client.get("/v1/models").json()["models"] if each["shipped"]}
    assert models.keys() == shipped().keys()
    assert models["softmax"]["parameters"] == 784 * 10 + 10
    assert (models["default"]["kind"], models["detector"]["kind"]) == ("classifier", "detector")
    settings = models["softmax"]["settings"]
    assert [settings[name] for name in ("batch_size", "learning_rate", "steps", "loss")] == [64, 0.001, 2000, "sum"]
    for name, path in shipped().items():
        model = models[name]
        low, high = model["score"]["interval"]
        assert low <= model["score"]["accuracy"] <= high
        assert model["bytes"] == path.stat().st_size
        assert model["milliseconds"] > 0


def test_a_model_that_was_named_at_the_start_reads_and_is_not_taken_for_one_of_ours(run_service, mnist, tmp_path):
    from shuzi.models.store import shipped

    mine = tmp_path / "my model.onnx"
    mine.write_bytes(shipped()["softmax"].read_bytes())
    images = mnist.test.images[:3]
    with run_service(model=mine).client() as client:
        models = {each["name"]: each for each in client.get("/v1/models").json()["models"]}
        assert models.keys() == {*shipped(), "my-model"}
        assert [name for name, each in models.items() if each["chosen"]] == ["my-model"]
        assert [name for name, each in models.items() if not each["shipped"]] == ["my-model"]
        asked = [({}, "softmax"), ({"model": "my-model"}, "softmax"), ({"model": "default"}, "default")]
        for named, expected in asked:
            said = client.post("/v1/classify", json={"images": images.tolist()} | named).json()["answers"]
            reader = shuzi.load(expected)
            assert [each["probability"] for each in said] == [
                round(float(each), 4) for each in reader.classify(images).max(axis=1)
            ]


def test_no_speed_is_measured_while_a_training_takes_the_cores():
    readers = Readers()
    assert {each["milliseconds"] for each in readers.describe(lambda: False)} == {None}
    assert not readers.measured
    assert all(each["milliseconds"] > 0 for each in readers.describe())
    assert readers.measured


def test_an_unknown_model_is_answered_by_those_that_read(client, number):
    said = client.post("/v1/read?model=nothing", files={"picture": number}).json()["detail"]
    assert "tiny" in said
    assert "detector" not in said


@pytest.mark.parametrize(
    ("address", "key", "status"),
    [
        ("/v1/read?model=nothing", "error.service.model", 404),
        ("/v1/read?model=detector", "error.model.detector", 422),
        ("/v1/read?explain=perhaps", "error.service.value", 422),
        ("/v1/read?model=../../etc/passwd", "error.service.model", 404),
    ],
)
def test_a_wrong_question_is_answered_by_what_is_wrong(client, number, address, key, status):
    said = client.post(address, files={"picture": number})
    assert (said.status_code, said.json()["key"]) == (status, key)
    assert said.headers["content-type"] == "application/problem+json"


def test_displays_are_read_where_they_are_asked_for(client):
    meter = (Path(__file__).parents[2] / "docs" / "pictures" / "meter.jpg").read_bytes()
    files = {"picture": ("meter.jpg", meter)}
    said = client.post("/v1/read", params={"kind": "display"}, files=files).json()["readings"]
    assert said == [shuzi.load("display").read(meter).as_dict("meter.jpg")]
    x, y, width, height = said[0]["lines"][0]["box"]
    asks = {"kind": "display", "region": f"{x},{y},{width},{height}"}
    assert client.post("/v1/read", params=asks, files=files).json()["readings"][0]["text"] == said[0]["text"]
    for wrong in ({"region": "1,2,3,4"}, {"kind": "display", "region": "1,2"}, {"kind": "display", "model": "tiny"}):
        refused = client.post("/v1/read", params=wrong, files=files)
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
