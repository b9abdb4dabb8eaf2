"""What the service says of itself: documentation, OpenAPI document and metrics."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import zipfile

import pytest
from PIL import Image

from shuzi import __version__
from shuzi.forms.kinds import Field
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.sheet import FOLDER, make_sheet
from shuzi.forms.spec import read_spec
from shuzi.pictures.decode import Page
from shuzi.pictures.open import open_picture
from shuzi.service.access import Tokens
from shuzi.service.parts import Review, Settings


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_are_a_page_without_script_or_anything_from_outside(client, language, tags_of):
    said = client.get("/docs", params={"lang": language})
    tags = tags_of(said.text)
    assert not {"script", "img", "iframe", "style"} & {tag for tag, _ in tags}
    assert not [attributes for _, attributes in tags if "style" in attributes or "onclick" in attributes]
    for _, attributes in tags:
        address = attributes.get("href") or attributes.get("src") or ""
        assert not re.match(r"(https?:)?//", address)
    assert ("html", {"lang": language}) in tags
    assert client.get("/docs.css").headers["content-type"].startswith("text/css")
    # every link within the page works
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {attributes["href"][1:] for _, attributes in tags if attributes.get("href", "").startswith("#")}
    assert links <= ids


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_the_examples_of_the_documents_can_be_run_as_they_are(run_service, tmp_path, as_png):
    token = "a token that is long enough"  # noqa: S105 - of this test alone
    (tmp_path / "a.png").write_bytes(as_png([[255]]))
    cell = Cell("7", "ok", 1.0, source="a.png")
    review = Review.of(Table("", (Field("q"),), (Row(1, 0, {"q": cell}),)), [("a.png", tmp_path / "a.png")])
    service = run_service(settings=Settings(tokens=Tokens([token])), review=review)
    with service.client() as client:
        page = html.unescape(client.get("/docs").text).replace("0123456789abcdef", review.id)

    def run(command):
        quiet = command.replace("curl ", "curl --silent --show-error --fail-with-body --noproxy '*' ", 1)
        done = subprocess.run(["bash", "-c", quiet], cwd=tmp_path, capture_output=True, text=True, env=surroundings)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    surroundings = os.environ | {"TOKEN": token}
    run(re.search(r"curl -O [^\s]+ -O [^\s.]+[^\s]+seven\.json", page)[0])
    examples = dict(re.findall(r'<section id="(\w+)">.*?<pre><code>(.*?)</code></pre>', page, re.DOTALL))
    assert set(examples) == {
        *(
            "read",
            "forms",
            "trace_form",
            "workbook",
            "review",
            "photograph",
            "picture",
            "classify",
            "models",
            "begin",
            "look",
            "stop",
            "events",
            "health",
            "ready",
            "numbers",
        ),
    }
    assert json.loads(run(examples["read"]))["readings"][0]["text"] == "7"
    assert json.loads(run(examples["classify"]))["answers"][0]["digit"] == 7
    assert "no ruled table" in json.loads(run(examples["forms"]))["problems"][0]["message"]
    make_sheet(read_spec(FOLDER / "meters.en.toml"), tmp_path / "blank.pdf")
    Image.fromarray(open_picture(Page(tmp_path / "blank.pdf", 1))).save(tmp_path / "blank.png")
    assert json.loads(run(examples["trace_form"]))["fields"]
    run(examples["workbook"])
    assert zipfile.is_zipfile(tmp_path / "table.xlsx")
    assert json.loads(run(examples["review"]))["photographs"] == ["a.png"]
    run(examples["photograph"])
    with Image.open(tmp_path / "1.jpg") as photograph:
        assert photograph.size == (1, 1)
    run(examples["picture"])
    with Image.open(tmp_path / "seven.jpg") as seven:
        assert seven.size == (28, 28)
    training = json.loads(run(examples["begin"]))["id"]
    for name in ("look", "stop", "events"):
        examples[name] = examples[name].replace("ID", training)
    assert json.loads(run(examples["look"]))["id"] == training
    run(examples["stop"])
    assert "event: stopped" in run(examples["events"])
    for name in ("models", "health", "ready", "numbers"):
        assert run(examples[name])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_openapi_document_speaks_and_names_all_there_is(client, language):
    document = client.get("/openapi.json", headers={"accept-language": language}).json()
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == __version__
    assert set(document["paths"]) == {
        "/v1/read",
        "/v1/forms",
        "/v1/forms/trace",
        "/v1/forms/xlsx",
        "/v1/picture",
        "/v1/review",
        "/v1/review/{id}/photographs/{number}",
        "/v1/classify",
        "/v1/models",
        "/v1/training",
        "/v1/training/{id}",
        "/v1/training/{id}/events",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    said = []

    def walk(value):
        if isinstance(value, dict):
            said.extend(
                each for key, each in value.items() if key in ("summary", "description") and isinstance(each, str)
            )
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk({key: each for key, each in document.items() if key != "components"})
    assert len(said) > 50
    assert not [each for each in said if each.startswith(("service.", "error."))]
    chinese = [bool(re.search("[一-鿿]", each)) for each in said]
    assert all(chinese) if language == "zh" else not any(chinese)


def test_every_shape_that_is_referred_to_is_there(client):
    document = client.get("/openapi.json")
    names = set(re.findall(r'"#/components/schemas/(\w+)"', document.text))
    assert names <= set(document.json()["components"]["schemas"])
    assert {"Images", "Reading", "Problem", "TrainingRequest"} <= set(document.json()["components"]["schemas"])


def test_prometheus_reads_what_was_counted(client, number):
    def count(name):
        text = client.get("/metrics").text
        found = re.search(rf"^{re.escape(name)} (\S+)", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    read = 'shuzi_requests_total{method="POST",path="/v1/read",status="200"}'
    odd = 'shuzi_requests_total{method="other",path="other",status="404"}'
    before, pictures, others = count(read), count("shuzi_pictures_total"), count(odd)
    assert client.post("/v1/read", files=[("picture", number)] * 3).status_code == 200
    client.request("BREW", "/coffee")
    assert count(read) == before + 1
    assert count("shuzi_pictures_total") == pictures + 3
    assert count(odd) <= others + 1
    assert "coffee" not in client.get("/metrics").text
    said = client.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert count('shuzi_request_seconds_count{path="/v1/read"}') > 0
