"""Pictures and forms that are wrong in any way get the right status and a message, and the service survives."""

import concurrent.futures
import struct
import zlib
from urllib.parse import quote

import httpx
import numpy as np
import pytest


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
def test_what_is_no_sound_picture_is_refused(client, name, as_form, check_problem):
    content, key, status = PICTURES[name]
    if as_form:
        said = client.post("/v1/read", files={"picture": ("mine.png", content)})
        assert "mine.png" in check_problem(said, status, key)["detail"]
    else:
        check_problem(client.post("/v1/read", content=content, headers={"content-type": "image/png"}), status, key)


def test_a_picture_that_was_cut_off_anywhere_is_refused_or_read(client, number):
    for end in range(1, len(number), 37):
        said = client.post("/v1/read", content=number[:end], headers={"content-type": "image/png"})
        assert said.status_code in (200, 422)
        assert said.status_code == 422 or end > len(number) - 40  # it is complete even without its last bytes


def test_nothing_at_all_is_no_picture(client, check_problem):
    check_problem(client.post("/v1/read"), 422, "error.service.no_picture")
    form = {"content-type": "multipart/form-data; boundary=x"}
    check_problem(client.post("/v1/read", content=b"--x--\r\n", headers=form), 422, "error.service.no_picture")


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
def test_a_form_that_is_not_understood_is_refused(client, kind, body, key, status, check_problem):
    check_problem(client.post("/v1/read", content=body, headers={"content-type": kind}), status, key)


def test_too_many_pictures_are_refused(client, as_png, check_problem):
    blank = as_png(np.full((20, 20), 255))
    assert client.post("/v1/read", files=[("picture", blank)] * 32).status_code == 200
    check_problem(client.post("/v1/read", files=[("picture", blank)] * 33), 413, "error.service.pictures")


def test_an_empty_file_is_called_empty(client, check_problem):
    said = client.post("/v1/read", files={"picture": ("a.png", b"", "image/png")})
    assert "a.png" in check_problem(said, 422, "error.picture.empty")["detail"]


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
