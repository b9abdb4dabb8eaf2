"""Values, addresses and methods that are wrong get the right status and a message, and the service survives."""

import json
import re
import tracemalloc

import pytest

from shuzi.service.openapi import Images
from shuzi.service.problems import STATUSES, ValuesError, checked
from shuzi.service.training import TrainingRequest


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
def test_what_cannot_be_classified_is_refused(client, body, key, status, check_problem):
    headers = {"content-type": "application/json"}
    problem = check_problem(client.post("/v1/classify", content=body, headers=headers), status, key)
    if key == "error.service.value":
        assert problem["errors"]
        chinese = client.post("/v1/classify?lang=zh", content=body, headers=headers).json()
        assert re.search("[一-鿿]", chinese["detail"])
        assert all(re.search("[一-鿿]", each) for each in chinese["errors"])


@pytest.mark.parametrize("image", [[0.5] * 784, [1, 2], [[1, 2]], [[0] * 28] * 27, 7])
def test_what_an_image_is_comes_with_what_is_wrong_with_one(client, image, check_problem):
    problem = check_problem(client.post("/v1/classify", json={"images": [image]}), 422, "error.service.value")
    expected = "An image is 784 whole numbers from 0 to 255, or 28 rows of 28."
    assert problem["errors"][0].startswith("images[0]")
    assert problem["errors"][1:] == [expected]
    assert problem["detail"].endswith(expected)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1/read?patern=99", "patern is unknown."),
        ("/v1/read?digits_only=true", "digits_only is unknown."),
        ("/v1/read?lang=fr", "lang must be one of: 'zh', 'en'."),
        ("/v1/classify?model=tiny", "model is unknown."),
        ("/v1/forms?table=true&row=3", "row is unknown."),
        ("/v1/forms/trace?language=zh", "language is unknown."),
        ("/v1/forms/xlsx?sheet=1", "sheet is unknown."),
        ("/v1/picture?pages=1", "pages is unknown."),
        ("/v1/training?steps=20", "steps is unknown."),
    ],
)
def test_query_parameters_that_an_endpoint_does_not_have_are_refused(client, path, named, check_problem):
    problem = check_problem(client.post(path, content=b"{}"), 422, "error.service.value")
    assert problem["errors"] == [named]


@pytest.mark.parametrize("path", ["models", "review", "training/x", "training/x/events"])
def test_endpoints_that_only_give_have_no_query_but_the_language(client, path, check_problem):
    problem = check_problem(client.get(f"/v1/{path}?secret=1"), 422, "error.service.value")
    assert problem["errors"] == ["secret is unknown."]
    assert client.get(f"/v1/{path}?lang=zh").status_code in (200, 404)


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


def test_classifying_wants_json(client, check_problem):
    said = client.post("/v1/classify", content=b"{}", headers={"content-type": "text/plain"})
    check_problem(said, 415, "error.service.json_type")


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
def test_a_training_out_of_bounds_is_refused_in_both_languages(client, asked, named, check_problem):
    for language in ("en", "zh"):
        said = client.post("/v1/training", json=asked, params={"lang": language})
        problem = check_problem(said, 422, "error.service.value")
        assert named in problem["detail"]
        assert bool(re.search("[一-鿿]", problem["detail"])) == (language == "zh")


def test_a_training_whose_numbers_do_not_go_together_is_refused(client, check_problem):
    said = client.post("/v1/training", json={"recipe": "fast", "batch_size": 3})
    check_problem(said, 422, "error.recipe.towers")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_what_is_not_there_is_not_found(client, method, check_problem):
    problem = check_problem(client.request(method, "/v2/read"), 404, "error.service.path")
    assert "/v2/read" in problem["detail"]


def test_a_method_that_is_not_possible_names_those_that_are(client, check_problem):
    said = client.get("/v1/read")
    check_problem(said, 405, "error.service.method")
    assert said.headers["allow"] == "POST"


def test_a_training_that_nobody_knows_is_not_found(client, check_problem):
    for method, address in (("GET", ""), ("DELETE", ""), ("GET", "/events")):
        check_problem(client.request(method, f"/v1/training/abc{address}"), 404, "error.service.training")


def test_a_fault_of_the_service_shows_nothing_of_it(service, client, number, monkeypatch, caplog, check_problem):
    def broken(name):
        raise RuntimeError("secret /etc/passwd")

    monkeypatch.setattr(service.service.parts.readers, "loaded", broken)
    said = client.post("/v1/read", files={"picture": number})
    monkeypatch.undo()
    assert "secret" not in check_problem(said, 500, "error.service.internal")["detail"]
    assert "secret" in caplog.text


def test_every_problem_has_words_in_both_languages_and_a_place_in_the_documents(client):
    from shuzi.messages import LANGUAGES, say

    page = client.get("/docs").text
    for key, status in STATUSES.items():
        assert f'id="{key}"' in page
        assert all(say(f"service.title.{status}", code) for code in LANGUAGES)
