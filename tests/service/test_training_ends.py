"""Trainings that are stopped, die, take too long or are followed by many."""

import asyncio
import concurrent.futures
import json
import os
import signal
from contextlib import ExitStack

import pytest

from shuzi.service.limits import Limits
from shuzi.service.readers import Readers
from shuzi.service.training_runs import Trainings
from shuzi.training.recipe import recipe

pytestmark = pytest.mark.heavy


@pytest.fixture
def at_once(monkeypatch):
    """Let a stream show at once that it stands: until TensorFlow is imported, nothing happens for seconds."""
    from shuzi.service import training_runs

    monkeypatch.setattr(training_runs, "QUIET", 0.01)


def test_a_running_training_is_heard_by_all_and_stops_when_it_is_told(client, service, number, parse_events):
    begun = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000, "batch_size": 500})
    place = begun.headers["location"]
    assert begun.json()["state"] == "running"
    second = client.post("/v1/training", json={}, params={"lang": "zh"})
    assert (second.status_code, second.json()["key"]) == (409, "error.service.taken")
    assert second.json()["training"] == begun.json()["id"]

    def listen(_):
        with service.client() as other:
            return parse_events(other.get(f"{place}/events").text)

    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        heard = [threads.submit(listen, each) for each in range(3)]
        with client.stream("GET", f"{place}/events") as stream:
            for piece in stream.iter_lines():
                if piece == "event: progress":
                    break
        # reading does not wait for it
        assert client.post("/v1/read", files={"picture": number}).json()["readings"][0]["text"] == "7210"
        stopped = client.delete(place)
        assert stopped.status_code == 202
        one, two, three = (each.result() for each in heard)
    assert one == two == three
    assert [name for _, name, _ in one][-1] == "stopped"
    assert 0 < one[-1][2]["step"] < 20_000
    assert client.get(place).json()["state"] == "stopped"


def test_a_training_that_has_hardly_begun_stops_too(client, parse_events):
    place = client.post("/v1/training", json={"steps": 20_000}).headers["location"]
    assert client.delete(place).status_code == 202
    events = parse_events(client.get(f"{place}/events").text)
    assert events[-1][1] == "stopped"
    assert client.get(place).json()["state"] == "stopped"


@pytest.mark.slow
def test_a_training_that_dies_fails_and_another_can_begin(service, client, parse_events, caplog):
    begun = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000})
    with client.stream("GET", begun.headers["location"] + "/events") as stream:
        for piece in stream.iter_lines():
            if piece == "event: started":
                os.kill(service.service.parts.trainings.running.run.process.pid, signal.SIGKILL)
                break
    events = parse_events(client.get(begun.headers["location"] + "/events").text)
    assert events[-1][1:] == (
        "failed",
        {
            "detail": "The training run ended unexpectedly. The cause is in the service's log.",
            "key": "error.service.training_broken",
        },
    )
    assert "exit status -9: " in caplog.text
    place = client.post("/v1/training", json={"steps": 1}).headers["location"]
    assert parse_events(client.get(f"{place}/events").text)[-1][1] == "done"


def test_training_for_too_long_ends_with_advice(limited, parse_events):
    service = limited(training_seconds=0.1)
    with service.client() as client:
        place = client.post("/v1/training", json={}).headers["location"]
        assert parse_events(client.get(f"{place}/events").text)[-1][2]["key"] == "error.service.training_long"


@pytest.mark.slow
def test_only_the_last_trainings_and_their_models_are_kept(limited, number):
    service = limited(trainings=1)
    with service.client() as client:
        names = []
        for _ in range(2):
            begun = client.post("/v1/training", json={"steps": 2, "batch_size": 1})
            assert begun.status_code == 201
            client.get(begun.headers["location"] + "/events")
            names.append(begun.json()["id"])
        assert client.get(f"/v1/training/{names[0]}").status_code == 404
        assert client.post(f"/v1/read?model={names[0]}", files={"picture": number}).status_code == 404
        assert client.post(f"/v1/read?model={names[1]}", files={"picture": number}).status_code == 200


def test_too_many_listeners_are_sent_away(limited, at_once):
    service = limited(streams=1)
    with service.client() as client:
        place = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000}).headers["location"]
        with client.stream("GET", f"{place}/events") as stream:
            lines = stream.iter_lines()  # kept, since it closes the stream when collected
            next(lines)
            said = client.get(f"{place}/events")
            assert (said.status_code, said.json()["key"]) == (429, "error.service.streams")


@pytest.mark.parametrize("said", ["stopped", "failed", "done"])
def test_the_end_is_reported_once_the_process_is_gone_and_only_then_another_may_start(limited, monkeypatch, said):
    """A fake worker that lingers after its last event, as TensorFlow may."""
    last, mark = [said, {"step": 0}], ["progress", {"step": 1, "loss": 0.5, "accuracy": 1.0}]
    lines = "".join(json.dumps(each) + "\n" for each in (last, mark))
    script = f"import sys; print({lines!r}, flush=True, end=''); sys.stdin.readline(); sys.stdin.readline()"
    real = asyncio.create_subprocess_exec

    async def lingering(python, *_, **options):
        return await real(python, "-c", script, **options)

    service = limited()
    monkeypatch.setattr(asyncio, "create_subprocess_exec", lingering)
    known = service.service.parts.trainings
    with service.client() as client:
        place = client.post("/v1/training", json={}).headers["location"]
        while client.get(place).json()["progress"] is None:  # so its last event has arrived
            pass
        process = known.running.run.process
        for _ in range(20):
            assert client.post("/v1/training", json={}).status_code == 409
        assert client.get(place).json()["state"] == "running"
        os.kill(process.pid, signal.SIGTERM)
        events = client.get(f"{place}/events").text
        assert f"event: {'failed' if said == 'done' else said}" in events  # without a model, the run has failed
        assert process.returncode is not None


def test_a_service_that_ends_while_a_training_is_being_started_ends_that_too(monkeypatch):
    real, started = asyncio.create_subprocess_exec, []

    async def end():
        begun, go = asyncio.Event(), asyncio.Event()

        async def slowly(python, *_, **options):
            begun.set()
            await go.wait()
            started.append(await real(python, "-c", "import time; time.sleep(600)", **options))
            return started[0]

        monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
        known = Trainings(Readers(), Limits())
        training = await known.begin(recipe("softmax"))
        await begun.wait()
        closing = asyncio.create_task(known.close())
        await asyncio.sleep(0)
        go.set()
        await closing
        return training

    training = asyncio.run(end())
    assert training.state == "stopped"
    assert started[0].returncode is not None
    assert not training.folder.parent.exists()


def test_listeners_that_come_together_are_counted_together(limited, at_once):
    service = limited(streams=2)
    with service.client() as client:
        place = client.post("/v1/training", json={"steps": 20_000}).headers["location"]
        request = f"GET {place}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        with ExitStack() as stack:
            many = [stack.enter_context(service.connect()) for _ in range(20)]
            for each in many:
                each.sendall(request)
            statuses = [each.recv(12) for each in many]
        assert sorted(statuses) == [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 429"] * 18
        while True:  # until their absence is noticed
            with client.stream("GET", f"{place}/events") as again:
                if again.status_code != 429:
                    break
        assert again.status_code == 200


def test_a_stream_in_which_nothing_happens_shows_that_it_stands(client, at_once):
    place = client.post("/v1/training", json={"steps": 1}).headers["location"]
    with client.stream("GET", f"{place}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": "
        client.delete(place)
        assert "event: stopped" in list(lines)
