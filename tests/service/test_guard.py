"""Access control, and the headers of every response."""

import pytest

from shuzi.errors import ServiceError
from shuzi.service.access import SECURITY_HEADERS, Hosts, Tokens, origins_of
from shuzi.service.parts import Settings

EVERYTHING = [
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/docs"),
    ("GET", "/docs.css"),
    ("GET", "/openapi.json"),
    ("GET", "/v1/models"),
    ("GET", "/nothing"),
    ("POST", "/v1/read"),
    ("POST", "/v1/classify"),
    ("POST", "/healthz"),
    ("GET", "/v1/training/none/events"),
    ("OPTIONS", "/v1/read"),
]


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_every_answer_carries_the_headers_that_protect(client, method, path):
    said = client.request(method, path)
    for name, value in SECURITY_HEADERS:
        assert said.headers.get_list(name.decode()) == [value.decode()]
    policy = said.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")  # which allows WebAssembly, and no eval
    assert "*" not in policy
    assert said.headers["cache-control"]


@pytest.mark.parametrize("path", [path for method, path in EVERYTHING if method == "GET"])
def test_head_answers_as_get_does_without_a_body(client, path):
    asked, said = client.get(path), client.head(path)
    assert said.status_code == asked.status_code
    assert said.content == b""
    changing = {"date", "x-request-id"} | ({"content-length"} if path == "/metrics" else set())
    assert {k: v for k, v in said.headers.items() if k not in changing} == {
        k: v for k, v in asked.headers.items() if k not in changing
    }


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:1", True),
        ("[::1]:8000", True),
        ("digits.localhost", True),
        ("evil.test", False),
        ("localhost.evil.test", False),
        ("127.0.0.1.evil.test", False),
        ("localhost@evil.test", False),
        ("localhost:8000:9", False),
        ("localhost:x", False),
        ("0.0.0.0", False),  # noqa: S104 - it is a header here
        ("192.168.1.1", False),
        ("", False),
    ],
)
def test_a_name_that_is_not_ours_is_refused(client, host, allowed):
    said = client.get("/healthz", headers={"host": host})
    assert said.status_code == (200 if allowed else 421)
    if not allowed:
        assert said.json()["key"] == "error.service.host"


@pytest.mark.parametrize("hosts", [b"", b"Host: localhost\r\nHost: localhost\r\n"], ids=["none", "two"])
def test_no_host_and_two_hosts_are_no_sound_request(service, hosts):
    with service.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400")


def test_a_name_that_was_allowed_is_ours(run_service):
    service = run_service(settings=Settings(hosts=("Digits.example.org",)))
    with service.client() as client:
        for host, status in (("digits.example.org", 200), ("digits.example.org:443", 200), ("example.org", 421)):
            assert client.get("/healthz", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:8000", True),
        ("https://localhost:8000", True),  # behind a TLS proxy
        ("http://localhost", False),
        ("http://localhost:3000", False),
        ("http://evil.test", False),
        ("http://localhost:8000.evil.test", False),
        ("null", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/v1/read", "/v1/training"])
def test_the_page_of_another_site_cannot_drive_it(client, number, origin, allowed, path):
    headers = {"host": "localhost:8000", "origin": origin}
    if path == "/v1/read":
        said = client.post(path, files={"picture": number}, headers=headers)
        assert said.status_code == (200 if allowed else 403)
    else:
        said = client.post(path, json={"steps": -1}, headers=headers)
        assert said.status_code == (422 if allowed else 403)
    if not allowed:
        assert said.json()["key"] == "error.service.origin"
    assert "access-control-allow-origin" not in said.headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://example.org", True),
        ("http://localhost:3000", True),
        ("http://example.org", False),
        ("https://example.org:8443", False),
        ("https://example.org.evil.test", False),
        ("null", False),
    ],
)
def test_the_pages_of_sites_that_were_allowed_use_the_api_and_no_others(run_service, number, origin, allowed):
    tokens = Tokens(["a token that nobody guesses"])
    service = run_service(settings=Settings(origins=("https://Example.org/", "http://localhost:3000"), tokens=tokens))
    headers = {"origin": origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    sent = headers | {"authorization": "Bearer a token that nobody guesses"}
    with service.client() as client:
        before = client.options("/v1/read", headers=headers | asked)
        said = client.post("/v1/read", files={"picture": number}, headers=sent)
        refused = client.post("/v1/read", files={"picture": number}, headers=headers)
    assert (before.status_code, said.status_code) == ((200, 200) if allowed else (400, 403))
    assert refused.status_code == (401 if allowed else 403)
    for answer in (before, said, refused):
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in answer.headers
    if allowed:
        assert "origin" in said.headers["vary"].lower()


@pytest.mark.parametrize(
    "origin", ["*", "null", "", "example.org", "https://", "https://x.test/y", "ftp://x.test", "https://u@x.test"]
)
def test_what_is_no_origin_cannot_be_allowed(origin):
    with pytest.raises(ServiceError) as caught:
        origins_of([origin])
    assert caught.value.key == "error.service.allow_origin"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_site_can_neither_look_nor_delete(client, method):
    headers = {"host": "localhost:8000", "origin": "http://evil.test"}
    said = client.request(method, "/v1/training/none", headers=headers)
    assert (said.status_code, said.json()["key"]) == (403, "error.service.origin")


@pytest.mark.parametrize(
    ("fetch", "status"),
    [
        (("cross-site", "no-cors", "image"), 403),
        (("same-site", "no-cors", "script"), 403),  # another port of this machine
        (("cross-site", "navigate", "iframe"), 403),
        (("cross-site", "navigate", "document"), 200),  # a link
        (("same-origin", "cors", "empty"), 200),
        (("none", "navigate", "document"), 200),
    ],
)
def test_what_a_page_of_another_site_embeds_is_refused_and_a_link_is_followed(client, fetch, status):
    names = ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
    said = client.get("/v1/models", headers=dict(zip(names, fetch, strict=True)))
    assert said.status_code == status
    if status == 403:
        assert said.json()["key"] == "error.service.site"


@pytest.mark.parametrize(
    ("host", "server", "allowed"),
    [
        ("192.0.2.2:8000", "::ffff:192.0.2.2", True),
        ("192.0.2.3:8000", "::ffff:192.0.2.2", False),
        ("[FD00:0::2]:8000", "fd00::2", True),
        ("[fd00::3]:8000", "fd00::2", False),
        ("192.0.2.2", "192.0.2.2", True),
        ("0.0.0.0", "192.0.2.2", False),  # noqa: S104 - a header
        ("[::]", "fd00::2", False),
    ],
)
def test_the_address_at_which_a_request_came_in_is_ours_however_it_is_written(host, server, allowed):
    assert Hosts(["::", "0.0.0.0"]).allow(host, server) == allowed  # noqa: S104 - see above


@pytest.mark.parametrize(
    "name", ["http://x.test/y", "x.test/y", "a b", "x.test:port", "", "*", "a..b", "-", "u@x.test"]
)
def test_what_is_no_host_name_cannot_be_allowed(name):
    with pytest.raises(ServiceError) as caught:
        Hosts([name])
    assert caught.value.key == "error.service.allow_host"


def test_a_host_is_allowed_with_a_port_and_in_any_script():
    hosts = Hosts(["Digits.test:8443", "[fd00::2]:80", "数字.test"])
    for host in ("digits.test", "digits.test:8443", "[fd00::2]", "xn--p8sv8u.test"):
        assert hosts.allow(host, None)


def test_a_refusal_is_said_in_the_language_that_is_asked_for(client):
    said = client.get("/healthz", headers={"host": "evil.test", "accept-language": "zh"})
    assert said.json()["title"] == "主机名不对"
