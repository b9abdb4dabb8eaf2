"""Training over HTTP, with a real child process that runs TensorFlow."""

import base64
import contextlib
import dataclasses

import numpy as np
import pytest

from shuzi.service.training_runs import chosen_recipe
from shuzi.training.recipe import recipe

pytestmark = pytest.mark.heavy

STEPS = 300


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory):
    """A working folder with files that would be imported instead of the modules of these names."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("base64", "random", "shuzi"):
        (folder / f"{name}.py").write_text("from pathlib import Path; Path('executed').touch()", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def finished(client, parse_events, hostile_folder):
    """Train softmax for some steps in a hostile folder, following the events from the start."""
    with contextlib.chdir(hostile_folder):
        begun = client.post("/v1/training", json={"steps": STEPS, "seed": 3, "learning_rate": 0.002})
        assert begun.status_code == 201
        training = begun.json()
        with client.stream("GET", begun.headers["location"] + "/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            text = "".join(stream.iter_text())
    return training, parse_events(text)


def _named(events, name):
    return [data for _, kind, data in events if kind == name]


def test_a_training_begins_with_all_values_of_its_recipe(finished):
    training, events = finished
    expected = recipe("softmax").changed(steps=STEPS, seed=3, learning_rate=0.002)
    told = training["recipe"]
    quiet = ("report_every", "validate_every", "save_every")  # it reports more often than the recipe
    assert {key: value for key, value in told.items() if key not in quiet} == {
        key: value for key, value in dataclasses.asdict(expected).items() if key not in quiet
    }
    (started,) = _named(events, "started")
    assert (started["recipe"], started["parameters"]) == (told, 7_850)


def test_events_are_numbered_and_end_with_the_end(finished):
    _, events = finished
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    names = [name for _, name, _ in events]
    assert (names[0], names[-1]) == ("started", "done")
    assert names.count("progress") == STEPS
    assert 25 <= names.count("weights") <= 35
    assert names.count("validated") == names.count("weights")


def test_progress_is_that_of_the_same_training_in_python(finished, mnist):
    from shuzi.training.events import Done, Progress, Validated
    from shuzi.training.loop import train

    _, events = finished
    chosen = chosen_recipe("softmax", steps=STEPS, seed=3, learning_rate=0.002)
    expected = list(train(chosen, mnist))
    losses = [each.loss for each in expected if isinstance(each, Progress)]
    assert np.allclose([each["loss"] for each in _named(events, "progress")], losses, rtol=1e-5)
    looks = [each for each in expected if isinstance(each, Validated)]
    told = _named(events, "validated")
    assert [each["step"] for each in told] == [each.step for each in looks]
    assert [each["accuracy"] for each in told] == pytest.approx([each.accuracy for each in looks], abs=1e-3)
    assert {each["n"] for each in told} == {5_000}
    (done,) = [each for each in expected if isinstance(each, Done)]
    (end,) = _named(events, "done")
    assert end["accuracy"] == pytest.approx(done.accuracy, abs=1e-3)
    kernel = looks[-1].weights["output/kernel"]
    last = _named(events, "weights")[-1]
    assert (last["step"], last["kind"]) == (STEPS, "templates")
    images = np.array([np.frombuffer(base64.b64decode(each), np.int8) for each in last["images"]])
    assert images.shape == (10, 784)
    assert np.abs(images).max() == 127
    assert np.abs(images - 127 * kernel.T / np.abs(kernel).max()).max() < 1


def test_the_end_shows_the_surest_mistakes_of_the_test_images(finished, mnist):
    _, events = finished
    (end,) = _named(events, "done")
    assert (end["on"], end["n"], end["step"]) == ("test", 10_000, STEPS)
    assert end["wrong"] == round(10_000 * (1 - end["accuracy"]))
    assert len(end["mistakes"]) == 24
    sureness = [each["probability"] for each in end["mistakes"]]
    assert sureness == sorted(sureness, reverse=True)
    for each in end["mistakes"]:
        assert each["label"] == mnist.test.labels[each["index"]] != each["digit"]
        image = np.frombuffer(base64.b64decode(each["image"]), np.uint8).reshape(28, 28)
        assert np.array_equal(image, mnist.test.images[each["index"]])


def test_the_trained_network_reads(finished, client, mnist):
    training, events = finished
    (end,) = _named(events, "done")
    assert end["model"] == training["id"]
    said = client.post("/v1/classify", json={"images": mnist.test.images[:500].tolist(), "model": training["id"]})
    digits = [each["digit"] for each in said.json()["answers"]]
    assert np.mean(digits == mnist.test.labels[:500]) > 0.8
    mistaken = {each["index"]: each for each in end["mistakes"]}
    for place, each in mistaken.items():
        image = mnist.test.images[place : place + 1].tolist()
        answer = client.post("/v1/classify", json={"images": image, "model": training["id"]}).json()["answers"][0]
        assert answer["digit"] == each["digit"]
        assert answer["probability"] == pytest.approx(each["probability"], abs=2e-4)
    models = {each["name"]: each for each in client.get("/v1/models").json()["models"]}
    trained = models[training["id"]]
    assert not trained["shipped"]
    assert not trained["chosen"]
    assert trained["score"]["accuracy"] == pytest.approx(end["accuracy"])


def test_a_training_that_is_over_tells_its_last_numbers(finished, client):
    training, events = finished
    said = client.get(f"/v1/training/{training['id']}").json()
    assert said["state"] == "done"
    assert said["progress"] == _named(events, "progress")[-1]
    assert said["validated"] == _named(events, "validated")[-1]
    assert said["done"] == {key: value for key, value in _named(events, "done")[0].items() if key != "mistakes"}
    stopped = client.delete(f"/v1/training/{training['id']}")
    assert (stopped.status_code, stopped.json()) == (200, said)


@pytest.mark.parametrize("known", [0, 1, 100, -2, -1])
def test_who_comes_back_gets_what_is_new(finished, client, parse_events, known):
    training, events = finished
    known %= len(events)
    said = client.get(f"/v1/training/{training['id']}/events", headers={"last-event-id": str(known)})
    assert parse_events(said.text) == events[known:]


@pytest.mark.parametrize("known", ["", "abc", "-5", "²", "9" * 400])
def test_a_number_that_is_none_means_the_beginning(finished, client, parse_events, known):
    training, events = finished
    headers = {"last-event-id": known.encode()} if known else {}
    said = client.get(f"/v1/training/{training['id']}/events", headers=headers)
    assert parse_events(said.text) == events


def test_who_knows_everything_is_told_not_to_come_back(finished, client):
    training, events = finished
    for known in (len(events), len(events) + 1_000):
        said = client.get(f"/v1/training/{training['id']}/events", headers={"last-event-id": str(known)})
        assert (said.status_code, said.content) == (204, b"")


def test_nothing_is_imported_from_the_working_folder(finished, hostile_folder):
    assert finished[1][-1][1] == "done"
    assert list(hostile_folder.glob("executed")) == []


def test_without_the_extra_a_client_is_not_told_to_install_it_and_the_log_is(client, monkeypatch, caplog):
    from shuzi.service import training_runs

    monkeypatch.setattr(training_runs, "find_spec", lambda name: None if name == "keras" else name)
    said = client.post("/v1/training", json={})
    assert (said.status_code, said.json()["key"]) == (501, "error.service.extra")
    assert "pip" not in said.json()["detail"]
    assert 'pip install ".[train]"' in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least", "shown"),
    [("mlp", 0.97, ("neurons", 40)), pytest.param("fast", 0.985, ("filters", 16), marks=pytest.mark.long)],
)
def test_every_recipe_that_can_be_chosen_trains(client, parse_events, name, least, shown):
    place = client.post("/v1/training", json={"recipe": name}).headers["location"]
    events = parse_events(client.get(f"{place}/events").text)
    assert events[-1][1] == "done"
    assert events[-1][2]["accuracy"] > least
    assert events[-1][2]["on"] == "validation"
    last = _named(events, "weights")[-1]
    assert (last["kind"], len(last["images"])) == shown
