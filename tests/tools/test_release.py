"""Releases are complete, correctly named, and not published by mistake."""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not (ROOT / "tools").exists(), reason="there are no tools in this folder")


@pytest.fixture(autouse=True)
def tools(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture
def serve():
    """Run a local HTTP server during a test, and return its address."""
    running = []

    def start(handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


class Quiet(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def test_it_refuses_while_there_is_no_address():
    done = subprocess.run([sys.executable, ROOT / "tools" / "release.py"], capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "no public address" in done.stderr
    prepared = subprocess.run([sys.executable, ROOT / "tools" / "release.py", "prepare"], capture_output=True)
    assert prepared.returncode == 1


def test_every_page_installs_from_the_folder_until_then_and_from_an_index_afterwards():
    import release

    installing = [path for path in release.pages() if "pip install" in path.read_text("utf-8")]
    assert {ROOT / "README.md", ROOT / "README.zh.md", ROOT / "docs" / "index.md"} <= set(installing)
    for path in installing:
        text = path.read_text("utf-8")
        assert not re.search(r"pip install '?shuzi", text), path
        turned = release.from_an_index(text)
        assert not release.FROM_FOLDER.search(turned)
        assert re.search(r"pip install '?shuzi", turned) or "pip install '." not in text


def test_errors_name_the_index_in_a_release():
    import release

    for language in ("en", "zh"):
        path = ROOT / "src" / "shuzi" / "messages" / language / "LC_MESSAGES" / "shuzi.po"
        assert path in release.pages()
        text = path.read_text("utf-8")
        assert '\\".[{extra}]' in text
        turned = release.from_an_index(text)
        assert '\\".[{extra}]' not in turned
        assert 'pip install \\"shuzi[{extra}]\\"' in turned


def test_links_in_the_description_are_absolute_once_there_is_an_address():
    from hatch_build import with_absolute_links

    text = (ROOT / "README.md").read_text("utf-8")
    turned = with_absolute_links(text, "https://example.org/shuzi", "1.2.3")
    assert "![A" in turned
    assert "(https://example.org/shuzi/raw/v1.2.3/docs/pictures/reading.png)" in turned
    assert "(https://example.org/shuzi/blob/v1.2.3/docs/benchmarks.md)" in turned
    links = re.findall(r"\]\(([^)]+)\)", turned)
    assert len(links) > 15
    assert all(link.startswith("https://") for link in links)


GENERATED = {ROOT / "docs" / "reference" / f"{name}.md" for name in ("command-line", "python", "http-api")}


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda page: page.name)
def test_links_lead_to_files_where_there_is_no_site(page):
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        meant = (page.parent / link).resolve()
        assert meant.exists() or (meant in GENERATED and page.name.startswith("index.")), link


def wheel(folder, address):
    """Write the smallest wheel that pip accepts as a package named shuzi."""
    path = folder / "shuzi-9.0-py3-none-any.whl"
    metadata = "Metadata-Version: 2.1\nName: shuzi\nVersion: 9.0\n" + f"Project-URL: Source, {address}\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("shuzi-9.0.dist-info/METADATA", metadata)
        archive.writestr(
            "shuzi-9.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("shuzi-9.0.dist-info/RECORD", "")
    return path


@pytest.mark.slow
def test_a_name_is_free_or_ours_or_taken_and_silence_is_not_taken_for_free(serve, tmp_path, monkeypatch):
    import index

    packages = {}

    class Index(Quiet):
        def do_GET(self):
            name = self.path.strip("/").rpartition("/")[2]
            if self.path.endswith(".whl"):
                self.answer(200, packages[name].read_bytes())
            elif name in packages_by_project:
                file = packages_by_project[name]
                self.answer(200, f'<a href="/files/{file.name}">{file.name}</a>'.encode(), Content_Type="text/html")
            else:
                self.answer(404)

    known = tmp_path / "pip-99.0-py3-none-any.whl"
    shutil.copy(wheel(tmp_path, "https://pip.example.org"), known)
    with zipfile.ZipFile(known, "w") as archive:
        archive.writestr("pip-99.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pip\nVersion: 99.0\n")
        archive.writestr("pip-99.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("pip-99.0.dist-info/RECORD", "")
    theirs = wheel(tmp_path, "https://elsewhere.example.org/shuzi")
    packages |= {known.name: known, theirs.name: theirs}
    packages_by_project = {"pip": known}
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_INDEX_URL", serve(Index) + "/simple/")
    ours = "https://example.org/shuzi"
    assert index.free_or_ours("shuzi", ours)
    packages_by_project["shuzi"] = theirs
    assert not index.free_or_ours("shuzi", ours)
    assert index.free_or_ours("shuzi", "https://elsewhere.example.org/shuzi/")
    packages_by_project.clear()
    with pytest.raises(OSError, match="cannot be reached"):
        index.free_or_ours("shuzi", ours)


def test_bases_are_pinned_to_what_a_registry_says(serve):
    import bases

    digests = {"library/node": "sha256:" + 64 * "a", "library/python": "sha256:" + 64 * "b"}

    class Registry(Quiet):
        def do_HEAD(self):
            if self.headers.get("Authorization") != "Bearer pass":
                realm = f'Bearer realm="{address}/token",service="here"'
                self.answer(401, WWW_Authenticate=realm)
            else:
                name = re.fullmatch("/v2/(.+)/manifests/.+", self.path)[1]
                self.answer(200, Docker_Content_Digest=digests[name])

        def do_GET(self):
            self.answer(200, json.dumps({"token": "pass"}).encode())

    address = serve(Registry)
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    pinned = bases.pinned(dockerfile, address)
    assert bases.unpinned(pinned) == []
    assert re.findall("^FROM .*", pinned, re.MULTILINE) == [
        f"FROM node:24-slim@{digests['library/node']} AS page",
        f"FROM python:3.13-slim@{digests['library/python']} AS wheel",
        f"FROM python:3.13-slim@{digests['library/python']}",
    ]
    assert bases.pinned(pinned, address) == pinned
    assert dockerfile.replace("\n", "") == re.sub("@sha256:[0-9a-f]+", "", pinned).replace("\n", "")


@pytest.mark.slow
def test_the_bill_lists_what_is_locked_with_its_hashes(tmp_path):
    pytest.importorskip("cyclonedx_py")
    import bills

    python, *page = bills.write(ROOT, tmp_path)
    bill = json.loads(python.read_text("utf-8"))
    locked = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / "serve.txt").read_text("utf-8"), re.MULTILINE
    )
    assert {(each["name"], each["version"]) for each in bill["components"]} == set(locked)
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])
    assert bill["metadata"]["component"]["name"] == "shuzi"
    for path in page:  # if npm is installed
        assert {"preact", "@preact/signals"} <= {each["name"] for each in json.loads(path.read_text())["components"]}


def test_the_name_is_asked_of_npm_too(serve, monkeypatch, tmp_path):
    import index

    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    known = {}

    class Registry(Quiet):
        def do_GET(self):
            name = self.path.strip("/")
            self.answer(200 if name in known else 404, json.dumps(known.get(name, {})).encode())

    def package(repository):
        version = {"name": "shuzi", "version": "9.0.0", "repository": {"type": "git", "url": repository}}
        return {"name": "shuzi", "dist-tags": {"latest": "9.0.0"}, "versions": {"9.0.0": version}}

    monkeypatch.setenv("npm_config_registry", serve(Registry))
    monkeypatch.setenv("npm_config_cache", str(tmp_path))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    ours = "https://example.org/shuzi"
    assert index.free_or_ours_on_npm("shuzi", ours)
    known["shuzi"] = package("git+https://example.org/others/shuzi.git")
    assert not index.free_or_ours_on_npm("shuzi", ours)
    known["shuzi"] = package(f"git+{ours}.git")
    assert index.free_or_ours_on_npm("shuzi", ours)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(OSError, match="cannot be reached"):
        index.free_or_ours_on_npm("shuzi", ours)


def test_a_tag_of_another_version_is_an_obstacle(monkeypatch):
    import index
    import release

    monkeypatch.setattr(release, "public_address", lambda: "https://example.org/shuzi")
    for name in ("free_or_ours", "free_or_ours_on_npm"):
        monkeypatch.setattr(index, name, lambda *_: True)
    told = {"status": "", "tag": ""}
    monkeypatch.setattr(release, "_git", lambda command, *_: told[command])
    tagged = "the commit is tagged"
    assert not [problem for problem in release.obstacles() if tagged in problem]
    told["tag"] = f"v{release.own_version()}"
    assert not [problem for problem in release.obstacles() if tagged in problem]
    told["tag"] = "v9.0.0"
    assert [problem for problem in release.obstacles() if tagged in problem]
    assert [problem for problem in release.obstacles() if "is no version to publish" in problem]


def test_archives_and_their_checksums(tmp_path):
    import bundles

    if not (ROOT / ".git").exists():
        pytest.skip("which files are committed is known to git")
    (tmp_path / "site" / "deep").mkdir(parents=True)
    (tmp_path / "site" / "deep" / "页.html").write_text("page", "utf-8")
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("a.zip", "b.zip"):
        bundles.write_zip(tmp_path / "site", dist / name)
    with zipfile.ZipFile(dist / "a.zip") as archive:
        assert archive.namelist() == ["deep/页.html"]
    bundles.write_context(ROOT, dist / "context.tar.gz")
    with tarfile.open(dist / "context.tar.gz") as archive:
        inside = set(archive.getnames())
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    wanted = {source.rstrip("/") for line in copied for source in line.split()}
    assert wanted | {"Dockerfile", ".dockerignore"} <= inside
    assert not [name for name in inside if name.startswith(("tests", "docs")) or re.match("course/.+/pictures", name)]
    bundles.write_sums(dist)
    sums = dict(line.split("  ")[::-1] for line in (dist / "SHA256SUMS").read_text("utf-8").splitlines())
    assert set(sums) == {"a.zip", "b.zip", "context.tar.gz"}
    assert sums["a.zip"] == sums["b.zip"]  # the same files, the same archive
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=dist, check=True, capture_output=True)
