"""The built page, its files, and what is shown where there is none."""

import gzip
import hashlib
import os

import pytest

from shuzi.data import mnist
from shuzi.models.store import shipped


@pytest.fixture
def built(tmp_path):
    """Return a folder like Vite's output."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>page</title>", "utf-8")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {}", "utf-8")
    (tmp_path / "icon.svg").write_text("<svg/>", "utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", "utf-8")
    return tmp_path


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
def test_a_browser_gets_a_page_where_nothing_is_and_a_program_gets_json(run_service, built, language, said, tags_of):
    with run_service(page=built).client() as client:
        shown = client.get("/lesson", headers={"accept": BROWSER, "accept-language": language})
        assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert {each.strip().lower() for each in shown.headers["vary"].split(",")} >= {"accept", "accept-language"}
        tags = tags_of(shown.text)
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
            for _, attributes in tags_of(odd.text)
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
    assert said.text.count("make page") == said.text.count("python -m pip install") == 2
    assert "The page is not built" in said.text
    assert "网页" in said.text
