"""`shuzi serve` as a user runs it: it starts, prints its address, and exits cleanly."""

import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from shuzi.cli.terminal import qr_code
from shuzi.messages import say
from shuzi.service.server import listen

pytestmark = pytest.mark.heavy


def _address(process):
    line = process.stdout.readline()
    return re.search(r"http://\S+", line)[0]


def _end(process, number=signal.SIGINT):
    process.send_signal(number)
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture
def get():
    with httpx.Client(trust_env=False, timeout=None) as client:
        yield client.get


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_says_where_it_is_and_ends_cleanly(start_service, get, number):
    process = start_service("--port", "0")
    address = _address(process)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    assert get(f"{address}healthz").json() == {"status": "ok"}
    code, _, err = _end(process, number)
    assert code == 0
    assert "Traceback" not in err
    assert err.endswith(say("cli.serve.ended", "en") + "\n")


def test_it_speaks_chinese(start_service):
    process = start_service("--port", "0", "--lang", "zh")
    assert process.stdout.readline().startswith("shuzi 已就绪：http://127.0.0.1:")
    code, _, err = _end(process)
    assert (code, err.splitlines()[-1]) == (0, "已结束。")


@pytest.mark.usefixtures("training")
def test_it_ends_with_a_training_running_and_somebody_listening_and_leaves_nothing(start_service, get, tmp_path):
    process = start_service("--port", "0", TMPDIR=str(tmp_path))
    address = _address(process)
    with httpx.Client(base_url=address, trust_env=False, timeout=None) as client:
        place = client.post("/v1/training", json={"recipe": "mlp", "steps": 20_000}).headers["location"]
        with client.stream("GET", f"{place}/events") as stream:
            lines = stream.iter_lines()
            for line in lines:
                if line == "event: started":
                    break
            child = int(subprocess.check_output(["pgrep", "-P", str(process.pid)], encoding="utf-8").split()[0])
            process.send_signal(signal.SIGINT)
            assert "event: stopped" in list(lines)
    process.communicate()
    assert process.returncode == 0
    assert not Path(f"/proc/{child}").exists()
    assert not list(tmp_path.glob("shuzi-*"))


@pytest.mark.usefixtures("training")
def test_it_ends_with_a_training_that_has_hardly_begun(start_service, tmp_path):
    process = start_service("--port", "0", TMPDIR=str(tmp_path))
    said = httpx.post(f"{_address(process)}v1/training", json={"steps": 20_000}, trust_env=False, timeout=None)
    assert said.status_code == 201
    assert _end(process)[0] == 0
    assert not list(tmp_path.glob("shuzi-*"))


def test_it_ends_while_a_pdf_hangs_and_leaves_nothing(start_service, hanging_pdf):
    process = start_service("--port", "0")
    address = _address(process)
    with ThreadPoolExecutor(1) as threads:

        def post():
            files = {"picture": ("a.pdf", hanging_pdf)}
            return httpx.post(f"{address}v1/read", files=files, trust_env=False, timeout=None)

        said = threads.submit(post)
        while "shuzi_requests_at_work 1.0" not in httpx.get(f"{address}metrics", trust_env=False, timeout=None).text:
            pass
        while not (
            children := subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout
        ):
            pass
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
        assert isinstance(said.exception(), httpx.HTTPError) or said.result().status_code in (422, 503)
    assert process.returncode == 0
    assert "Traceback" not in err
    for number in children.split():
        assert not Path(f"/proc/{number}").exists()


def test_a_port_that_is_taken_is_an_error_when_it_was_named(start_service):
    with listen("127.0.0.1", 0, others=False) as taken:
        port = taken.getsockname()[1]
        process = start_service("--port", str(port))
        _, err = process.communicate()
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in err


def test_the_next_free_port_is_taken_when_none_was_named():
    with listen("127.0.0.1", 0, others=False) as taken:
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port, others=True) as other:
            assert port < other.getsockname()[1] < port + 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "no.such.host.invalid"], "Cannot listen on no.such.host.invalid"),
        (["--host", "203.0.113.7", "--port", "0"], "Cannot listen on 203.0.113.7"),
        (["--model", "nothing"], "There is no model nothing"),
        (["--model", "detector"], "finds digits but does not tell which"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_sentence(start_service, arguments, said):
    process = start_service(*arguments)
    _, err = process.communicate()
    assert process.returncode == 1
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_use(start_service, port):
    process = start_service("--port", port)
    process.communicate()
    assert process.returncode == 2


def test_it_warns_when_other_machines_can_reach_it(start_service, get):
    process = start_service("--host", "0.0.0.0", "--port", "0", "--allow-host", "digits.example.org")  # noqa: S104
    address = _address(process)
    assert address.startswith("http://127.0.0.1:")
    assert get(f"{address}healthz").status_code == 200
    assert get(f"{address}healthz", headers={"host": "digits.example.org"}).status_code == 200
    assert get(f"{address}healthz", headers={"host": "evil.test"}).status_code == 421
    _, _, err = _end(process)
    assert "it requires no token" in err
    lines = re.findall(r"same network: (http://\S+)", err)
    assert len(lines) <= 1  # none where this machine has no address but its own
    assert not lines or not lines[0].startswith("http://127.")


def test_a_camera_reads_the_address_from_the_terminal():
    address = "http://192.0.2.17:8000/"
    rows = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in qr_code(address).splitlines()]
    pixels = [[[each in half for half in ("▀█", "▄█")] for each in row] for row in rows]
    black = np.array(pixels).transpose(0, 2, 1).reshape(2 * len(rows), -1)
    picture = np.where(np.kron(black, np.ones((8, 8), bool)), 0, 255).astype(np.uint8)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine speaks no IPv6")
def test_it_listens_on_ipv6(start_service, get):
    process = start_service("--host", "::1", "--port", "0")
    address = _address(process)
    assert address.startswith("http://[::1]:")
    assert get(f"{address}healthz").status_code == 200
    assert _end(process)[0] == 0


def test_another_model_reads_by_default(start_service, get):
    process = start_service("--port", "0", "--model", "tiny")
    models = {each["name"]: each for each in get(f"{_address(process)}v1/models").json()["models"]}
    assert [name for name, each in models.items() if each["chosen"]] == ["tiny"]
    assert models["default"]["recipe"] != "tiny"  # the real one is still there
    assert all(each["shipped"] for each in models.values())


def test_serving_waits_for_no_tensorflow():
    script = (
        "import sys, shuzi.service.server as app; app.create(); print(*{n.partition('.')[0] for n in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    loaded = set(done.stdout.split())
    assert "starlette" in loaded
    assert loaded.isdisjoint({"fastapi", "tensorflow", "keras", "onnx", "matplotlib", "jinja2", "rich"})


def test_without_the_extra_it_names_the_line_that_installs_it():
    script = "import sys; sys.modules['uvicorn'] = None\nfrom shuzi.cli import main; main(['--lang', 'en', 'serve'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert 'pip install ".[serve]"' in done.stderr
