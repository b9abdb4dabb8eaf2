"""While the cores are busy, nothing else waits, and no work is done for clients that were sent away."""

import asyncio
import concurrent.futures
import io
import os
import threading

import pytest
from PIL import Image

from shuzi.errors import ServiceError
from shuzi.service.api import answers
from shuzi.service.pool import Pool

ROUNDS = 2_000  # of polling


def _at_work(client, expected):
    """Poll until a number of requests are being worked on."""
    for _ in range(ROUNDS):
        if f"shuzi_requests_at_work {expected}.0" in client.get("/metrics").text:
            return
    pytest.fail(client.get("/metrics").text)


@pytest.fixture
def held(monkeypatch):
    """Make every reading wait for an event, and record which have started."""
    begun, go = [], threading.Event()
    read = answers.read

    def waiting(name, picture, asked):
        begun.append(name)
        assert go.wait(120)
        return read(name, picture, asked)

    monkeypatch.setattr(answers, "read", waiting)
    yield begun, go
    go.set()


def test_a_pdf_that_hangs_keeps_nobody_waiting_and_ends(run_service, number, hanging_pdf):
    service = run_service()
    pdf = io.BytesIO()
    Image.open(io.BytesIO(number)).save(pdf, "PDF")

    def post(content):
        with service.client() as client:
            return client.post("/v1/read", files={"picture": ("a.pdf", content)})

    with concurrent.futures.ThreadPoolExecutor(1) as threads, service.client() as client:
        said = threads.submit(post, hanging_pdf)
        _at_work(client, 1)
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/read", files={"picture": number}).status_code == 200
        assert (said.result().status_code, said.result().json()["key"]) == (422, "error.picture.slow")
        assert "takes more than" in said.result().json()["detail"]
        assert "a.pdf#1" in said.result().json()["detail"]
        _at_work(client, 0)
    assert post(pdf.getvalue()).json()["readings"][0]["text"] == "7210"


def test_a_picture_that_speaks_of_pdf_is_a_picture(client, number):
    from PIL.PngImagePlugin import PngInfo

    words, file = PngInfo(), io.BytesIO()
    words.add_text("Comment", "made from %PDF-1.7")
    Image.open(io.BytesIO(number)).save(file, "PNG", pnginfo=words)
    assert b"%PDF-" in file.getvalue()[:1_024]
    (reading,) = client.post("/v1/read", files={"picture": ("a.png", file.getvalue())}).json()["readings"]
    assert (reading["source"], reading["text"]) == ("a.png", "7210")


def test_after_the_time_of_a_request_the_rest_of_its_pictures_is_not_begun(limited, number, held):
    begun, go = held
    service = limited(work_seconds=0.3, workers=1)
    with service.client() as client:
        said = client.post("/v1/read", files=[("picture", number)] * 5)
        assert (said.status_code, said.json()["key"]) == (503, "error.service.late")
        _at_work(client, 1)  # the one that has started keeps its place
        go.set()
        _at_work(client, 0)
        assert len(begun) == 1


def test_when_all_places_are_taken_the_next_is_told_to_come_again_and_health_is_answered(limited, number, held):
    _, go = held
    service = limited(workers=1, queue=1)

    def post(times):
        with service.client() as client:
            return client.post("/v1/read", files=[("picture", number)] * times).status_code

    with concurrent.futures.ThreadPoolExecutor(2) as threads, service.client() as client:
        first = threads.submit(post, 6)  # counts as one request, however many pictures it has
        _at_work(client, 1)
        second = threads.submit(post, 1)
        _at_work(client, 2)
        said = client.post("/v1/read", files={"picture": number})
        assert (said.status_code, said.json()["key"]) == (429, "error.service.busy")
        assert int(said.headers["retry-after"]) >= 1
        assert client.get("/healthz").status_code == 200
        go.set()
        assert (first.result(), second.result()) == (200, 200)
        _at_work(client, 0)


def test_a_pool_that_ends_tells_who_waits_and_who_comes():
    async def end():
        pool, go = Pool(queue=4, seconds=60, workers=1), threading.Event()
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wait():
            loop.call_soon_threadsafe(begun.set)
            return go.wait(60)

        running = asyncio.create_task(pool.run(wait))
        await begun.wait()
        waiting = asyncio.create_task(pool.run(lambda: 1))
        await asyncio.sleep(0)
        pool.close()
        keys = []
        for each in (waiting, pool.run(lambda: 1), _in_place(pool)):
            with pytest.raises(ServiceError) as caught:
                await each
            keys.append(caught.value.key)
        go.set()
        return keys, await running

    async def _in_place(pool):
        async with pool.place():
            pytest.fail("it was let in")

    assert asyncio.run(end()) == (["error.service.closing"] * 3, True)


@pytest.mark.parametrize("abandoned", [False, True])
def test_another_thread_takes_the_place_of_one_that_is_stuck(abandoned):
    async def stick():
        pool, go = Pool(queue=4, seconds=60, workers=1), threading.Event()
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def stuck():
            loop.call_soon_threadsafe(begun.set)
            return go.wait(60)

        first = asyncio.create_task(pool.run(stuck))
        await begun.wait()
        if abandoned:
            first.cancel()
            await asyncio.wait([first])
        second = asyncio.create_task(pool.run(lambda: "done"))
        await asyncio.sleep(0)
        pool.replace(0.0)
        assert (await second, pool.stuck, pool.busy) == ("done", 1, 0)
        go.set()
        if not abandoned:
            assert await first
        while pool.stuck:
            await asyncio.sleep(0)
        assert (await pool.run(lambda: 3), pool.busy, pool.ready) == (3, 0, True)
        pool.close()
        return pool.ready

    assert asyncio.run(stick()) is False


def test_what_is_done_is_not_kept_waiting_by_the_next_piece_that_sticks():
    async def stick():
        pool, go = Pool(queue=4, seconds=60, workers=1), threading.Event()
        first, second = (asyncio.create_task(pool.run(each)) for each in (lambda: 1, lambda: go.wait(60)))
        while not first.done():
            await asyncio.sleep(0)
            pool.replace(60.0)
        go.set()
        return first.result(), await second

    assert asyncio.run(stick()) == (1, True)


def test_a_pool_whose_threads_are_all_stuck_is_not_ready_and_makes_no_end_of_threads():
    async def stick():
        pool, go = Pool(queue=40, seconds=1e-9, workers=1), threading.Event()
        tasks = [asyncio.create_task(pool.run(lambda: go.wait(60))) for _ in range(10)]
        await asyncio.sleep(0)
        for _ in range(10_000):
            pool.replace(0.0)
            await asyncio.sleep(0)
        found = pool.stuck, pool.ready
        go.set()
        await asyncio.gather(*tasks)
        pool.close()
        return found

    assert asyncio.run(stick()) == (2, False)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux tells which cores may be used")
@pytest.mark.parametrize(("may", "workers"), [(1, 1), (3, 3), (64, 8)])
def test_threads_are_as_many_as_the_cores_that_may_be_used_and_not_more_than_the_limit(monkeypatch, may, workers):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(may)))
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert Pool(queue=1, seconds=1, workers=8).workers == workers
