"""Any input gets the right status and a message, and the service survives."""

import concurrent.futures
import json
import re
import struct
import tracemalloc
import zlib
from urllib.parse import quote

import httpx
import numpy as np
import pytest

from shuzi.service.api.schema import Images
from shuzi.service.api.training import TrainingRequest
from shuzi.service.http.problems import STATUSES
from shuzi.service.http.validation import ValuesError, checked


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_that_claims(width, height):
    """Return a PNG of a few hundred bytes that claims to have many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def _is_problem(said, status, key):
    assert said.status_code == status, said.text
    assert said.headers["content-type"] == "application/problem+json"
    problem = said.json()
    assert {"type": f"/docs#{key}", "status": status, "key": key}.items() <= problem.items()
    assert len(problem["detail"]) > 10
    assert not re.search(r"Traceback|site-packages|\.py\b|/tmp/|/root/", said.text)
    return problem


@pytest.fixture(autouse=True)
def alive_after(client, number):
    yield
    said = client.post("/v1/read", files={"picture": number})
    assert said.json()["readings"][0]["text"] == "7210"


PICTURES = {
    "words": (b"seven two one zero", "error.picture.unknown", 422),
    "zip": (b"PK\x03\x04" + bytes(500), "error.picture.unknown", 422),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "error.picture.unknown", 422),
    "head of a png": (b"\x89PNG\r\n\x1a\n", "error.picture.damaged", 422),
    "bomb of 60 megapixels": (_png_that_claims(10_000, 6_000), "error.picture.large", 413),
    "bomb of 4 gigapixels": (_png_that_claims(65_535, 65_535), "error.picture.huge", 413),
    "no pixels": (_png_that_claims(0, 10), "error.picture.damaged", 422),
    "more pixels than data": (_png_that_claims(3_000, 3_000), "error.picture.damaged", 422),
    "pdf of nothing": (b"%PDF-1.7\n" + bytes(100), "error.picture.damaged", 422),
    "heic of nothing": (b"\0\0\0\x18ftypheic" + bytes(100), "error.picture.damaged", 422),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("as_form", [True, False], ids=["form", "raw"])
def test_what_is_no_sound_picture_is_refused(client, name, as_form):
    content, key, status = PICTURES[name]
    if as_form:
        said = client.post("/v1/read", files={"picture": ("mine.png", content)})
        assert "mine.png" in _is_problem(said, status, key)["detail"]
    else:
        _is_problem(client.post("/v1/read", content=content, headers={"content-type": "image/png"}), status, key)


def test_a_picture_that_was_cut_off_anywhere_is_refused_or_read(client, number):
    for end in range(1, len(number), 37):
        said = client.post("/v1/read", content=number[:end], headers={"content-type": "image/png"})
        assert said.status_code in (200, 422)
        assert said.status_code == 422 or end > len(number) - 40  # it is complete even without its last bytes


def test_nothing_at_all_is_no_picture(client):
    _is_problem(client.post("/v1/read"), 422, "error.service.no_picture")
    form = {"content-type": "multipart/form-data; boundary=x"}
    _is_problem(client.post("/v1/read", content=b"--x--\r\n", headers=form), 422, "error.service.no_picture")


@pytest.mark.parametrize(
    ("kind", "body", "key", "status"),
    [
        ("application/x-www-form-urlencoded", b"picture=abc", "error.service.form_type", 415),
        ("multipart/mixed; boundary=x", b"--x--", "error.service.form_type", 415),
        ("multipart/form-data", b"--x--", "error.service.form", 400),
        ("multipart/form-data; boundary=x", b"no boundary at all", "error.service.form", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="pict',
            "error.service.form",
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="picture"\r\n\r\nabc',
            "error.service.form",
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nabc\r\n--x--\r\n',
            "error.service.field",
            422,
        ),
    ],
)
def test_a_form_that_is_not_understood_is_refused(client, kind, body, key, status):
    _is_problem(client.post("/v1/read", content=body, headers={"content-type": kind}), status, key)


def test_too_many_pictures_are_refused(client, as_png):
    blank = as_png(np.full((20, 20), 255))
    assert client.post("/v1/read", files=[("picture", blank)] * 32).status_code == 200
    _is_problem(client.post("/v1/read", files=[("picture", blank)] * 33), 413, "error.service.pictures")


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        (b"", "error.service.json", 400),
        (b"{", "error.service.json", 400),
        (b"\xff\xfe", "error.service.json", 400),
        (b"[]", "error.service.value", 422),
        (b"null", "error.service.value", 422),
        (b"{}", "error.service.value", 422),
        (b'{"images": []}', "error.service.value", 422),
        (b'{"images": "all"}', "error.service.value", 422),
        (b'{"images": [[1, 2, 3]]}', "error.service.value", 422),
        (json.dumps({"images": [[0] * 783 + [256]]}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 783 + [-1]]}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 783 + [0.5]]}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 783 + [True]]}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[[0] * 28] * 27]}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 784] * 1001}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 784], "modell": "tiny"}).encode(), "error.service.value", 422),
        (json.dumps({"images": [[0] * 784], "model": "detector"}).encode(), "error.model.detector", 422),
        (json.dumps({"images": [[0] * 784], "model": "none"}).encode(), "error.service.model", 404),
        (b"[" * 20_000, "error.service.json", 400),
        (b"[" * 100_000, "error.service.value", 422),
        (b'{"images": [[NaN]]}', "error.service.json", 400),
    ],
)
def test_what_cannot_be_classified_is_refused(client, body, key, status):
    headers = {"content-type": "application/json"}
    problem = _is_problem(client.post("/v1/classify", content=body, headers=headers), status, key)
    if key == "error.service.value":
        assert problem["errors"]
        chinese = client.post("/v1/classify?lang=zh", content=body, headers=headers).json()
        assert re.search("[一-鿿]", chinese["detail"])
        assert all(re.search("[一-鿿]", each) for each in chinese["errors"])


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"images": [["a"] * 784] * 1_000}),
        json.dumps({"images": [[[-1] * 28] * 28] * 1_000}),
        json.dumps({f"key {each}": 1 for each in range(14_000)}),
        json.dumps({f"key {each}": 1 for each in range(300_000)}),
    ],
    ids=["words", "negative", "names", "many names"],
)
@pytest.mark.parametrize("shape", [Images, TrainingRequest])
def test_a_body_of_mistakes_costs_hardly_more_than_one_mistake(body, shape):
    body = body.encode()
    tracemalloc.start()
    try:
        with pytest.raises(ValuesError) as caught:
            checked(body, shape)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(caught.value.said) <= 10
    assert most < 60e6  # the JSON itself; an error for each value would take a gigabyte


def test_classifying_wants_json(client):
    said = client.post("/v1/classify", content=b"{}", headers={"content-type": "text/plain"})
    _is_problem(said, 415, "error.service.json_type")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"recipe": "cnn"}, "recipe"),
        ({"steps": 0}, "steps"),
        ({"steps": 20_001}, "steps"),
        ({"steps": 10.5}, "steps"),
        ({"steps": "10"}, "steps"),
        ({"batch_size": 2_001}, "batch_size"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"learning_rate": 1e9}, "learning_rate"),
        ({"seed": -1}, "seed"),
        ({"hidden": 5}, "hidden"),
    ],
)
def test_a_training_out_of_bounds_is_refused_in_both_languages(client, asked, named):
    for language in ("en", "zh"):
        said = client.post("/v1/training", json=asked, params={"lang": language})
        problem = _is_problem(said, 422, "error.service.value")
        assert named in problem["detail"]
        assert bool(re.search("[一-鿿]", problem["detail"])) == (language == "zh")


def test_a_training_whose_numbers_do_not_go_together_is_refused(client):
    said = client.post("/v1/training", json={"recipe": "fast", "batch_size": 3})
    _is_problem(said, 422, "error.recipe.towers")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_what_is_not_there_is_not_found(client, method):
    problem = _is_problem(client.request(method, "/v2/read"), 404, "error.service.path")
    assert "/v2/read" in problem["detail"]


def test_an_empty_file_is_called_empty(client):
    said = client.post("/v1/read", files={"picture": ("a.png", b"", "image/png")})
    assert "a.png" in _is_problem(said, 422, "error.picture.empty")["detail"]


def test_a_method_that_is_not_possible_names_those_that_are(client):
    said = client.get("/v1/read")
    _is_problem(said, 405, "error.service.method")
    assert said.headers["allow"] == "POST"


def test_a_training_that_nobody_knows_is_not_found(client):
    for method, address in (("GET", ""), ("DELETE", ""), ("GET", "/events")):
        _is_problem(client.request(method, f"/v1/training/abc{address}"), 404, "error.service.training")


def test_a_fault_of_the_service_shows_nothing_of_it(service, client, number, monkeypatch, caplog):
    def broken(name):
        raise RuntimeError("secret /etc/passwd")

    monkeypatch.setattr(service.service.parts.readers, "loaded", broken)
    said = client.post("/v1/read", files={"picture": number})
    monkeypatch.undo()
    assert "secret" not in _is_problem(said, 500, "error.service.internal")["detail"]
    assert "secret" in caplog.text


def test_every_problem_has_words_in_both_languages_and_a_place_in_the_documents(client):
    from shuzi.messages import LANGUAGES, say

    page = client.get("/docs").text
    for key, status in STATUSES.items():
        assert f'id="{key}"' in page
        assert all(say(f"service.title.{status}", code) for code in LANGUAGES)


def test_two_hundred_at_once_are_read_or_told_to_come_again(limited, number):
    service = limited(queue=8)
    statuses = []

    def ask(_):
        with httpx.Client(base_url=service.address, trust_env=False, timeout=None) as client:
            said = client.post("/v1/read", files={"picture": number})
        if said.status_code == 429:
            assert int(said.headers["retry-after"]) >= 1
            assert said.json()["key"] == "error.service.busy"
        else:
            assert said.json()["readings"][0]["text"] == "7210"
        return said.status_code

    with concurrent.futures.ThreadPoolExecutor(200) as threads:
        statuses = list(threads.map(ask, range(200)))
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= 8
    with service.client() as client:
        assert client.post("/v1/read", files={"picture": number}).status_code == 200


CONTROLS = "\x7f\x80\x9b\u2028\u202e"


def test_what_a_terminal_would_obey_is_written_by_number_in_every_json(client, number):
    answers = [
        client.post("/v1/read", files={"picture": (f"a{CONTROLS}.png", number)}),
        client.post("/v1/read", files=[("picture", (f"a{CONTROLS}.png", each)) for each in (number, b"nothing")]),
        client.get("/" + quote(CONTROLS)),
        client.post("/v1/read", params={"model": CONTROLS}, files={"picture": number}),
    ]
    for said in answers:
        assert not set(CONTROLS) & set(said.text)
    assert answers[0].json()["readings"][0]["source"] == f"a{CONTROLS}.png"


def test_a_very_long_name_loses_its_middle_in_a_sentence(client):
    said = client.get("/" + "a" * 20_000 + "end")
    assert said.json()["detail"].startswith("There is nothing at /aaa")
    assert len(said.text) < 2_000
    assert "end." in said.json()["detail"]
