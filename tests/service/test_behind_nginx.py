"""The service behind nginx, set up as the guide says, but without TLS: what shuzi leaves to the proxy, it does."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
GUIDE = Path(__file__).parents[2] / "docs/how-to/serving.md"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


@pytest.fixture
def proxy(start_service, tmp_path):
    """Start shuzi and nginx before it; return nginx's port."""
    service = start_service(
        "--port", "0", "--allow-host", "digits.example.org", "--trust-proxy", "127.0.0.1"
    ).listens()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (told,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    told = re.sub(r" +(ssl_\w+|http2) .*\n", "", told)
    told = told.replace("443 ssl", f"127.0.0.1:{port}").replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    told = told.replace("timeout 10s", "timeout 1s")
    folders = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log;\nevents {{}}\nhttp {{ access_log off;\n{folders}{told}}}\n",
        encoding="utf-8",
    )
    subprocess.run([NGINX, "-c", str(config)], check=True)  # returns when it listens
    yield port
    subprocess.run([NGINX, "-c", str(config), "-s", "stop"], check=True)


def test_pictures_pass_and_what_is_too_large_or_too_slow_does_not(proxy, number):
    with httpx.Client(
        base_url=f"http://127.0.0.1:{proxy}", headers={"Host": "digits.example.org"}, timeout=None
    ) as web:
        answer = web.post("/v1/read", content=number, headers={"Content-Type": "image/png"})
        assert answer.json()["readings"][0]["status"] == "ok"
        assert web.post("/v1/read", content=b"\0" * 21_000_000).status_code == 413
    with socket.create_connection(("127.0.0.1", proxy)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: digits.example.org\r\n")
        assert slow.recv(1_000) == b""  # closed, although the head never ends
