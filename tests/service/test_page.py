"""The built page or a note on building it, the documentation, and the metrics."""

import gzip
import hashlib
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
from shuzi.data import mnist
from shuzi.forms.making.ready import FOLDER
from shuzi.forms.making.sheet import make_sheet
from shuzi.forms.parse import read_spec
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.spec import Field
from shuzi.models.store import shipped
from shuzi.pictures.open import open_picture
from shuzi.pictures.pdf import Page
from shuzi.service.http.access import Tokens
from shuzi.service.reviewed_table import Review
from shuzi.service.settings import Settings


@pytest.fixture
def built(tmp_path):
    """Return a folder like Vite's output."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>page</title>", "utf-8")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {}", "utf-8")
    (tmp_path / "icon.svg").write_text("<svg/>", "utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", "utf-8")
    return tmp_path


class Tags(html.parser.HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_is_handed_out_and_kept_as_long_as_its_name_stays(run_service, built):
    with run_service(page=built).client() as client:
        for path, kind, kept in (
            ("/", "text/html", "no-cache"),
            ("/assets/index-abc123.js", "text/javascript", "immutable"),
            ("/icon.svg", "image/svg+xml", "no-cache"),
        ):
            said = client.get(path)
            assert said.status_code == 200
            assert said.headers["content-type"].startswith(kind)
            assert kept in said.headers["cache-control"]
            assert "content-security-policy" in said.headers
            again = client.get(path, headers={"if-none-match": said.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert client.head(path).headers["content-length"] == said.headers["content-length"]
            assert client.get(path, headers={"range": "bytes=999-"}).status_code == 200
        assert client.get("/v1/models").status_code == 200


def test_the_page_gets_mnist_as_the_package_has_it(run_service, built):
    with run_service(page=built).client() as client:
        for file in mnist.FILES:
            said = client.get(f"/data/{file.name}.gz")
            assert said.headers["content-type"] == "application/gzip"
            assert "content-encoding" not in said.headers  # it is the file, as it is
            assert hashlib.sha256(gzip.decompress(said.content)).hexdigest() == file.sha256
        assert client.get("/data/LICENSE.md").status_code == 404


def test_the_models_own_files_can_be_downloaded(run_service, built):
    with run_service(page=built).client() as client:
        for name, path in shipped().items():
            said = client.get(f"/models/{name}.onnx")
            assert said.headers["content-type"] == "application/octet-stream"
            assert said.content == path.read_bytes()
        assert client.get("/models/other.onnx").status_code == 404


def test_beside_the_page_a_method_that_is_not_possible_names_those_that_are(run_service, built):
    with run_service(page=built).client() as client:
        said = client.get("/v1/read")
        assert (said.status_code, said.headers["allow"]) == (405, "POST")
        for said in (client.get("/v1/nothing"), client.post("/v1/nothing"), client.post("/v1")):
            assert said.status_code == 404
            assert "allow" not in said.headers
        said = client.put("/v1/training/x")
        assert (said.status_code, said.headers["allow"]) == (405, "DELETE, GET, HEAD")
        assert client.put("/icon.svg").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets", "/a%00b", "/" + "a" * 300],
)
def test_nothing_beside_the_page_is_handed_out(run_service, built, path):
    service = run_service(page=built)
    with service.connect() as connection:  # a client would normalise the path
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        content = b""
        while piece := connection.recv(65_536):
            content += piece
    assert content.startswith(b"HTTP/1.1 404")
    assert b"application/problem+json" in content
    assert b"secret" not in content.partition(b"\r\n\r\n")[2].replace(b"secret.txt", b"")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "There is nothing at /lesson."), ("zh", "/lesson 这里什么也没有。")]
)
def test_a_browser_gets_a_page_where_nothing_is_and_a_program_gets_json(run_service, built, language, said):
    with run_service(page=built).client() as client:
        shown = client.get("/lesson", headers={"accept": BROWSER, "accept-language": language})
        assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert {each.strip().lower() for each in shown.headers["vary"].split(",")} >= {"accept", "accept-language"}
        tags = Tags(shown.text).found
        assert ("html", {"lang": language}) in tags
        assert said in shown.text
        links = {attributes["href"] for tag, attributes in tags if tag == "a"}
        assert links >= {f"/?lang={language}", f"/docs?lang={language}"}
        # whatever is asked for, no link leads elsewhere, and nothing of it becomes markup
        odd = client.get("//evil.test/<b>", headers={"accept": BROWSER})
        assert odd.status_code == 404
        assert "<b>" not in odd.text
        assert all(
            attributes["href"][:2] in ("?l", "/?", "/d", "da")
            for _, attributes in Tags(odd.text).found
            if "href" in attributes
        )
        for accept in ("*/*", "application/json"):
            told = client.get("/lesson", headers={"accept": accept, "accept-language": language})
            assert (told.status_code, told.json()["key"]) == (404, "error.service.path")
        told = client.post("/lesson", headers={"accept": BROWSER})
        assert (told.status_code, told.headers["content-type"]) == (405, "application/problem+json")


def test_pages_and_answers_are_compressed_for_those_who_take_it(run_service, built):
    script = "export const digits = 10;\n" * 500
    (built / "assets" / "index-abc123.js").write_text(script, "utf-8")
    (built / "models").mkdir()
    model = gzip.compress(os.urandom(5_000))
    (built / "models" / "tiny.bin.gz").write_bytes(model)
    with run_service(page=built).client() as client:
        for path in ("/assets/index-abc123.js", "/openapi.json", "/docs", "/metrics"):
            plain = client.get(path, headers={"accept-encoding": "identity"})
            small = client.get(path, headers={"accept-encoding": "gzip"})
            assert "content-encoding" not in plain.headers
            assert small.headers["content-encoding"] == "gzip"
            assert "accept-encoding" in small.headers["vary"].lower()
            assert small.num_bytes_downloaded < len(plain.content) / 2
            if path != "/metrics":  # which counts the request between them
                assert small.content == plain.content
        assert client.get("/assets/index-abc123.js").headers["cache-control"].endswith("immutable")
        # what is compressed already, and what is short, is sent as it is
        for path, content in (("/models/tiny.bin.gz", model), ("/healthz", b'{"status":"ok"}')):
            said = client.get(path, headers={"accept-encoding": "gzip"})
            assert "content-encoding" not in said.headers
            assert said.content == content


def test_numbers_in_errors_have_separators(client):
    said = client.post("/v1/training", json={"steps": 20_001}, headers={"accept-language": "en"}).json()
    assert said["errors"] == ["steps must be at most 20,000."]
    said = client.post("/v1/training", json={"steps": 20_001}, headers={"accept-language": "zh"}).json()
    assert "20,000" in said["errors"][0]


def test_without_a_page_it_says_in_both_languages_how_to_get_it(client):
    said = client.get("/")
    assert said.status_code == 404
    assert said.headers["content-type"].startswith("text/html")
    assert said.text.count("make page") == 2
    assert "The page is not built" in said.text
    assert "网页" in said.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_are_a_page_without_script_or_anything_from_outside(client, language):
    said = client.get("/docs", params={"lang": language})
    tags = Tags(said.text).found
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


@pytest.mark.parametrize("shape", ["Digit", "Answer"])
def test_the_old_name_of_a_digits_probability_is_deprecated_in_the_document_and_on_its_page(client, shape):
    described = client.get("/openapi.json").json()["components"]["schemas"][shape]
    assert {"probability", "confidence"} <= set(described["required"])
    assert [name for name, each in described["properties"].items() if each.get("deprecated")] == ["confidence"]
    assert "Deprecated: the old name of probability" in client.get("/docs").text


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
