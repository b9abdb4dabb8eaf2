"""docs/how-to/serving.md keeps its promises: correct examples and limits, valid configuration files."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shuzi.service.limits import DISCARDED, HEAD_BYTES, PROBLEMS, Limits
from shuzi.service.training import MAXIMA

ROOT = Path(__file__).parent.parent.parent
DOCKERFILES = ["Dockerfile", "Dockerfile.ray"]
DOCUMENTS = [ROOT / "docs" / "how-to" / name for name in ("serving.md", "serving.zh.md")]

pytestmark = pytest.mark.skipif(not DOCUMENTS[0].exists(), reason="a source distribution has no documents")


def _blocks(path, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_the_examples_answer_as_the_document_says(service, path, mnist, tmp_path):
    from PIL import Image

    Image.fromarray(mnist.test.images[0]).save(tmp_path / "seven.png")
    text = path.read_text("utf-8")
    examples = re.findall(r"^```sh\n(curl [^\n]*)\n```\n\n```json\n(.*?)\n```$", text, re.MULTILINE)
    assert len(examples) == 3
    for command, expected in examples:
        here = command.replace("http://127.0.0.1:8000", service.address).replace(
            "curl ", "curl --silent --noproxy '*' "
        )
        done = subprocess.run(["bash", "-c", here], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
        found, told = json.loads(done.stdout), json.loads(expected)
        if "readings" in told:  # retraining a shipped model changes its numbers a little
            (found,), (told,) = found["readings"], told["readings"]
            assert found.keys() == told.keys()
            assert found["confidence"] == pytest.approx(told["confidence"], abs=0.05)
            names = ("source", "text", "status", "message")
            assert {name: found[name] for name in names} == {name: told[name] for name in names}
            assert found["digits"][0].keys() == told["digits"][0].keys()
        else:
            assert found == told


@pytest.mark.parametrize("kind", ["nginx", "caddyfile", "ini"])
def test_both_languages_show_the_same_settings(kind):
    def bare(path):
        return [re.sub(r"\s+#.*", "", block) for block in _blocks(path, kind)]

    english, chinese = map(bare, DOCUMENTS)
    assert english == chinese
    assert english


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_limits_are_those_of_the_service(path):
    limits, text = Limits(), path.read_text("utf-8").replace(",", "")
    table = re.search(r"^\| --- \|.*?\n\n", text, re.MULTILINE | re.DOTALL)[0]
    told = [
        [float(each) for each in re.findall(r"\d+(?:\.\d+)?", line.rpartition(" | ")[0])]
        for line in table.split("\n")
    ]
    megabyte = 10**6
    for expected in (
        (limits.body / megabyte, 1, limits.held / megabyte),
        (limits.pictures, 28, 28, limits.images)
        if path.name.endswith(".zh.md")
        else (limits.pictures, limits.images),
        (limits.workers, limits.queue),
        (HEAD_BYTES / 1_024,),
        (limits.pause_seconds, limits.body_seconds),
        (limits.body / megabyte * DISCARDED, limits.body_seconds),
        (limits.work_seconds, limits.abandoned_seconds),
        (limits.piece_seconds,),
        (limits.idle_seconds,),
        (limits.connections,),
        (limits.streams,),
        (limits.explained, limits.explained_in_all),
        (limits.client_requests,),
        (limits.client_held / megabyte,),
        (limits.client_explained, limits.client_explained_rate),
        (limits.trainings,),
    ):
        assert sorted(expected) in map(sorted, told)
    assert any(limits.cells in row and PROBLEMS in row for row in told)
    assert any(MAXIMA["batch_size"] in row and limits.training_seconds / 60 in row for row in told)
    assert any(MAXIMA["steps"] in row for row in told) or f"{MAXIMA['steps'] // 10_000} 万步" in table


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_times_at_the_end_are_those_of_the_service(path):
    limits, sections = Limits(), path.read_text("utf-8").split("\n## ")
    (text,) = (each for each in sections if "SIGTERM" in each and "Docker" in each)
    told = map(int, re.findall(r"\d+", text))
    expected = (limits.drain_seconds, 503, limits.exit_seconds, 1, 10, 90)  # and those of Docker and systemd
    expected += (limits.workers, limits.stuck_seconds, limits.piece_seconds, 503, limits.wait_seconds, limits.decoded)
    assert all(each in told for each in expected)  # in this order


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "web" / "node_modules").exists(), reason="the page's libraries are not installed")
def test_the_page_is_built_from_what_the_dockerfiles_copy(tmp_path):
    """There is no Docker here: their first stage is done by hand, with the libraries that `npm ci` installed."""
    stages = {re.search(r"^FROM node.*?(?=^FROM)", (ROOT / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)[0]
              for name in DOCKERFILES}  # fmt: skip
    (stage,) = stages
    where = tmp_path / re.search(r"^WORKDIR /(.*)", stage, re.MULTILINE)[1]
    ignored = shutil.ignore_patterns("node_modules", "page", "__pycache__", "*.mo")  # by .dockerignore
    for *sources, target in (line.split()[1:] for line in re.findall(r"^COPY .*", stage, re.MULTILINE)):
        for source in sources:
            if source.endswith("/"):  # a folder's content
                shutil.copytree(ROOT / source, where / target, ignore=ignored, dirs_exist_ok=True)
            else:
                (where / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, where / target)
    (where / "node_modules").symlink_to(ROOT / "web" / "node_modules")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(["npm", "run", "build"], cwd=where, env=os.environ | {"PATH": path}, check=True)
    assert (where.parent / "src/shuzi/service/page/index.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_a_dockerfile_has_no_fault_that_a_linter_knows(name):
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint comes for Linux on x86-64 only")
    done = subprocess.run([linter, ROOT / name], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_what_the_dockerfiles_copy_is_let_through_and_nothing_large_is():
    text = "".join((ROOT / name).read_text("utf-8") for name in DOCKERFILES)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    named = {each.rstrip("/") for line in copied for each in line.split()}
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    assert {each.partition("/")[0] for each in let_through} == {each.partition("/")[0] for each in named}
    assert "*" in lines
    assert {"web/node_modules", "src/shuzi/service/page"} <= set(lines)


def test_the_unit_is_one_that_systemd_understands(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd")
    (unit,) = _blocks(DOCUMENTS[0], "ini")
    file = tmp_path / "shuzi.service"
    file.write_text(unit.replace("/opt/shuzi/bin/shuzi", sys.executable), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "shuzi.service" not in done.stderr
