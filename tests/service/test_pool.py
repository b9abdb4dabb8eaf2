"""While the cores are busy, nothing else waits, and no work is done for clients that were sent away."""

import asyncio
import concurrent.futures
import io
import os

import pytest
from PIL import Image

import shuzi
from shuzi.errors import ServiceError, ShuziError
from shuzi.service import pictures
from shuzi.service.limits import Limits
from shuzi.service.workers import Pool

pytestmark = pytest.mark.heavy

pytest.importorskip("fcntl")  # file locks hold work in another process


def _at_work(client, expected):
    """Poll until a number of requests are being worked on."""
    while f"shuzi_requests_at_work {expected}.0" not in client.get("/metrics").text:
        pass


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
    service = limited(work_seconds=5, workers=1, abandoned_seconds=600)
    with service.client() as client:
        while not held.begun:  # a busy machine may not even have begun the first in that time
            said = client.post("/v1/read", files=[("picture", number)] * 5)
            assert (said.status_code, said.json()["key"]) == (503, "error.service.late")
        _at_work(client, 1)  # the one that has begun still keeps its place
        held.go()
        _at_work(client, 0)
        assert len(held.begun) == 1


def test_when_all_places_are_taken_the_next_is_told_to_come_again_and_health_is_answered(limited, number, held):
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
        held.go()
        assert (first.result(), second.result()) == (200, 200)
        _at_work(client, 0)


def test_a_pool_that_ends_tells_who_waits_and_who_comes(work):
    async def end():
        pool = Pool(Limits(work_seconds=60, workers=1))
        running = asyncio.create_task(pool.run(work.wait, 7))
        waiting = asyncio.create_task(pool.run(os.getpid))
        await asyncio.to_thread(work.held.until_begun)
        pool.close()
        keys = []
        for each in (waiting, pool.run(os.getpid), _in_place(pool)):
            with pytest.raises(ServiceError) as caught:
                await each
            keys.append(caught.value.key)
        work.held.go()
        found = await running
        pool.end()
        return keys, found

    async def _in_place(pool):
        async with pool.request():
            pytest.fail("it was let in")

    assert asyncio.run(end()) == (["error.service.closing"] * 3, 7)


@pytest.mark.parametrize("abandoned", [False, True])
def test_another_process_takes_the_place_of_one_that_is_stuck(work, abandoned):
    async def stick():
        pool = Pool(Limits(work_seconds=60, workers=1))
        first = asyncio.create_task(pool.run(work.wait))
        second = asyncio.create_task(pool.run(work.begin, "done"))
        await asyncio.to_thread(work.held.until_begun)
        (before,) = pool.pids
        if abandoned:
            first.cancel()
            await asyncio.wait([first])
            assert pool.busy == 1
        pool.replace(0.0)
        assert await second is None
        if not abandoned:
            with pytest.raises(ServiceError) as caught:
                await first
            assert caught.value.key == "error.service.late"
        found = pool.replaced, pool.busy, await pool.run(os.getpid) != before, pool.ready
        pool.close()
        pool.end()
        return found, pool.ready

    assert asyncio.run(stick()) == ((1, 0, True, True), False)
    assert work.held.begun == ["True", "done"]


def test_what_is_done_is_not_kept_waiting_by_the_next_piece_that_sticks(work):
    async def stick():
        pool = Pool(Limits(work_seconds=60, workers=1))
        first, second = (asyncio.create_task(pool.run(each, "1")) for each in (work.begin, work.wait))
        assert await first is None
        work.held.go()
        found = await second
        pool.end()
        return found

    assert asyncio.run(stick()) == "1"


def test_a_pool_whose_processes_are_all_stuck_is_not_ready_and_makes_no_end_of_them(work):
    async def stick():
        pool = Pool(Limits(work_seconds=1e-9, workers=1))
        tasks = [asyncio.create_task(pool.run(work.wait)) for _ in range(10)]
        await asyncio.to_thread(work.held.until_begun)
        found = len(pool.pids), pool.ready
        work.held.go()
        await asyncio.gather(*tasks)
        pool.end()
        return found

    assert asyncio.run(stick()) == (1, False)


def test_a_pool_in_which_nothing_begins_is_not_ready(work):
    async def stick():
        pool = Pool(Limits(work_seconds=60, workers=1, wait_seconds=0.0))
        first = asyncio.create_task(pool.run(work.wait))
        await asyncio.to_thread(work.held.until_begun)
        found = [pool.ready]
        # one may be on its way to the process already; of the others nothing begins
        others = [asyncio.create_task(pool.run(os.getpid, size=100_000)) for _ in range(3)]
        await asyncio.sleep(0)
        found.append(pool.ready)
        work.held.go()
        await asyncio.gather(first, *others)
        pool.end()
        return found

    assert asyncio.run(stick()) == [True, False]


def test_what_a_process_was_at_when_it_was_killed_is_done_by_another_and_given_up_the_second_time(work):
    async def kill():
        pool = Pool(Limits(work_seconds=60, workers=1))
        whole = [pool.run(work.crash_once, each) for each in range(5)]
        found = await asyncio.gather(*whole)
        crashing = [pool.run(work.crash), pool.run(work.wait), pool.run(work.crash)]
        work.held.go()
        said = await asyncio.gather(*crashing, return_exceptions=True)
        pool.end()
        return found, [each.key if isinstance(each, ShuziError) else each for each in said]

    assert asyncio.run(kill()) == (
        [0, 1, 2, 3, 4],
        ["error.service.crashed", True, "error.service.crashed"],
    )


def test_a_process_that_is_killed_while_it_reads_costs_no_request(limited, number, held):
    service = limited(workers=1)

    def post(_):
        with service.client() as client:
            return client.post("/v1/read", files={"picture": number}).json()["readings"][0]["text"]

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        said = threads.map(post, range(4))
        held.until_begun()
        (first,) = service.service.parts.pool.pids
        os.kill(first, 9)
        held.until_begun(2)
        held.go()
        assert list(said) == ["7210"] * 4
    assert service.service.parts.pool.pids != [first]
    with service.client() as client:
        assert "shuzi_processes_replaced 1.0" in client.get("/metrics").text


def test_a_model_that_is_gone_here_is_forgotten_by_the_processes(number, work):
    async def forget():
        pool = Pool(Limits(work_seconds=60, workers=1), initializer=pictures.prepare_process)
        reader, asked = shuzi.load("tiny"), pictures.Asked("en")
        read = await pool.run(pictures.read_in_process, "a", number, asked, shared=pool.shared(reader))
        kept = [await pool.run(work.kept)]
        del reader
        kept.append(await pool.run(work.kept))
        pool.end()
        return b'"7210"' in read.said, kept

    assert asyncio.run(forget()) == (True, [1, 0])


def test_many_pdfs_that_hang_keep_no_plain_picture_waiting_and_those_beyond_the_bound_come_again(
    limited, number, hanging_pdf
):
    service = limited(decoded=3, wait_seconds=0.0)

    def post(_):
        with service.client() as client:
            said = client.post("/v1/read", files={"picture": ("a.pdf", hanging_pdf)})
            return said.status_code, said.json()["key"], int(said.headers.get("retry-after", 0)) > 0

    with concurrent.futures.ThreadPoolExecutor(12) as threads, service.client() as client:
        said = [threads.submit(post, each) for each in range(12)]
        while client.get("/readyz").status_code == 200:  # until one waits for another
            pass
        for _ in range(5):
            assert client.post("/v1/read", files={"picture": number}).status_code == 200
        waiting = sum(not each.done() for each in said)
        assert waiting  # they were read while PDFs still hung
        found = sorted(each.result() for each in said)
    assert found == [(422, "error.picture.slow", False)] * 3 + [(503, "error.service.unusual", True)] * 9


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux tells which cores may be used")
@pytest.mark.parametrize(("may", "workers"), [(1, 1), (3, 3), (64, 8)])
def test_processes_are_as_many_as_the_cores_that_may_be_used_and_not_more_than_the_limit(monkeypatch, may, workers):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(may)))
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert Pool(Limits(work_seconds=1, workers=8)).workers == workers
