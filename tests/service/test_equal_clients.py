"""Whatever one client sends, another one waits for no more than one of its pictures."""

import concurrent.futures
import io
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from shuzi.service import pictures

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(sys.platform != "linux", reason="only Linux has many addresses")]

GREEDY, OTHER = "127.0.0.2", "127.0.0.3"


@pytest.fixture
def threads():
    with concurrent.futures.ThreadPoolExecutor(40) as found:
        yield found


def _post(service, source, *files, query=""):
    with service.client(source) as client:
        said = client.post(f"/v1/read{query}", files=[("picture", each) for each in files])
        return said.status_code, said.json().get("key", "")


def _until_waiting(turns, client, count):
    """Poll until so many pieces of a client's work wait for their turn."""
    while client not in turns._lines or len(turns._lines[client].waiting) < count:
        pass


def _large(as_png, number):
    """Return a picture that is read for itself, with a number in the corner."""
    page = np.full((300, 400), 255, np.uint8)
    page[:60, :220] = np.asarray(Image.open(io.BytesIO(number)))
    return as_png(page)


@pytest.mark.parametrize("of_first", ["one request", "many requests"])
def test_the_picture_of_another_client_is_the_next_to_be_read(limited, threads, held, as_png, number, of_first):
    service = limited(workers=1)
    turns, large = service.service.parts.pool._processes.queue, _large(as_png, number)
    files = [(f"first{each}", large) for each in range(8)]
    requests = [files] if of_first == "one request" else [[each] for each in files]
    first = [threads.submit(_post, service, GREEDY, *each) for each in requests]
    held.until_begun()
    _until_waiting(turns, GREEDY, len(requests) - 1)
    second = threads.submit(_post, service, OTHER, ("second", as_png(np.full((60, 60), 255))))
    _until_waiting(turns, OTHER, 1)
    held.go()
    assert second.result() == (200, "")
    assert {each.result() for each in first} == {(200, "")}
    assert held.begun[1] == "second"
    assert len(held.begun) == 9


def test_small_pictures_with_explanations_are_large_work(limited, threads, held, number):
    service = limited(workers=1)
    turns = service.service.parts.pool._processes.queue
    first = [
        threads.submit(_post, service, GREEDY, (f"first{each}", number), query="?explain=true") for each in "abcd"
    ]
    held.until_begun()
    _until_waiting(turns, GREEDY, 3)
    second = threads.submit(_post, service, OTHER, ("second", number))
    _until_waiting(turns, OTHER, 1)
    held.go()
    assert {each.result() for each in (second, *first)} == {(200, "")}
    assert held.begun[1] == "second"


def test_small_pictures_that_may_be_expensive_take_turns_one_by_one(limited, threads, held, as_png, number):
    service = limited(workers=1)
    small = as_png(np.full((64, 64), 255))
    first = threads.submit(_post, service, GREEDY, *[(f"first{each}", small) for each in "abcd"])
    held.until_begun()
    second = threads.submit(_post, service, OTHER, ("second", number))
    _until_waiting(service.service.parts.pool._processes.queue, OTHER, 1)
    held.go()
    assert {first.result(), second.result()} == {(200, "")}
    assert held.begun[1] == "second"


def test_the_file_of_another_client_is_the_next_to_be_decoded(limited, threads, as_png, number, monkeypatch):
    service = limited(workers=1)
    began, go, order = threading.Event(), threading.Event(), []
    honest = pictures.open_picture

    def hanging(content, **how):
        order.append(Image.open(io.BytesIO(content)).width)
        began.set()
        go.wait()
        return honest(content, **how)

    monkeypatch.setattr(pictures, "open_picture", hanging)
    gif, other = (as_png(np.full((60, width), 255), "GIF") for width in (220, 60))
    # more than there are places for
    first = [threads.submit(_post, service, GREEDY, *[gif] * 3) for _ in range(20)]
    began.wait()
    _until_waiting(service.service.parts.decoders._queue, GREEDY, 15)
    second = threads.submit(_post, service, OTHER, other)
    _until_waiting(service.service.parts.decoders._queue, OTHER, 1)
    go.set()
    assert second.result() == (200, "")
    assert order[:2] == [220, 60]
    found = sorted(each.result() for each in first)
    assert found == [(200, "")] * 15 + [(503, "error.service.unusual")] * 5


def test_work_for_a_client_that_has_gone_is_ended(limited, threads, held, number, as_png):
    service = limited(workers=1, abandoned_seconds=0.0)
    picture = as_png(np.full((300, 400), 255))
    boundary = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="slow"\r\n\r\n'
    body = (boundary + picture + b"\r\n") * 3 + b"--x--\r\n"
    head = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with service.connect(GREEDY) as leaving:
        leaving.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        held.until_begun()
    assert _post(service, OTHER, ("quick", number)) == (200, "")  # nobody has told the slow one to go on
    assert held.begun == ["slow", "quick"]
    assert service.service.parts.pool.busy == 0


def test_work_that_uses_up_its_time_is_ended(limited, monkeypatch, number, work):
    monkeypatch.setattr("shuzi.service.pictures.read_in_process", work.spin)
    service = limited(workers=1, piece_seconds=2)
    assert _post(service, GREEDY, number) == (422, "error.service.costly")
    assert work.held.begun == ["spin"]  # once: it would take as long again


def test_a_client_that_has_all_places_makes_room_for_another(limited, threads, held, number):
    service = limited(workers=1, queue=5)
    first = [threads.submit(_post, service, GREEDY, (f"first{each}", number)) for each in range(6)]
    held.until_begun()
    while service.service.parts.slots.held[GREEDY] < 6:
        pass
    second = threads.submit(_post, service, OTHER, ("second", number))
    done, _ = concurrent.futures.wait(first, return_when=concurrent.futures.FIRST_COMPLETED)
    held.go()
    assert [each.result() for each in done] == [(429, "error.service.busy")]
    assert second.result() == (200, "")
