"""Tokens, proxies, request ids, switches: the operator's settings and their effect on requests."""

import json
import re

import pytest

from shuzi.errors import ServiceError
from shuzi.service.access import Tokens
from shuzi.service.limits import Limits, Quotas
from shuzi.service.parts import Settings

TOKEN = "0123456789abcdef" * 2


def _ask(service, request):
    """Send bytes, and return the status and the body."""
    with service.connect() as connection:
        connection.sendall(request)
        content = b""
        while piece := connection.recv(65_536):
            content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body


@pytest.fixture
def guarded(run_service, tmp_path):
    return run_service(settings=Settings(tokens=Tokens([TOKEN, "another token of mine"])), page=tmp_path)


@pytest.mark.parametrize(
    ("shown", "allowed"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        ("Bearer another token of mine", True),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        ("Bearer x", False),
        (TOKEN, False),
        (f"Basic {TOKEN}", False),
        (None, False),
    ],
)
def test_a_token_opens_the_api(guarded, number, shown, allowed):
    headers = {} if shown is None else {"authorization": shown}
    with guarded.client(**headers) as client:
        for said in (
            client.post("/v1/read", files={"picture": number}),
            client.get("/v1/models"),
            client.get("/metrics"),
            client.get("/v1/nothing"),
        ):
            assert (said.status_code != 401) == allowed
            if not allowed:
                assert said.json()["key"] == "error.service.token"
                assert said.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/docs", "/openapi.json"])
def test_what_holds_nothing_of_anybody_is_open_without_a_token(guarded, path):
    with guarded.client() as client:
        assert client.get(path).status_code != 401


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.service.token_short"),
        (b"\n \n", "error.service.token_short"),
        (b"short", "error.service.token_short"),
        (TOKEN.encode() + b"\nshort", "error.service.token_short"),
        (b"\xff" * 40, "error.service.token_file"),
        (None, "error.service.token_file"),
    ],
)
def test_a_file_without_sound_tokens_is_refused(tmp_path, content, key):
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ServiceError) as caught:
        Tokens.read(path)
    assert caught.value.key == key
    assert TOKEN not in caught.value.sentence()
    assert key != "error.service.token_file" or content is None or "openssl rand" in caught.value.sentence()


def test_the_tokens_of_a_file_are_read_a_line_each(tmp_path):
    (tmp_path / "token").write_bytes(f"{TOKEN}\r\nanother token of mine\n\n".encode())
    tokens = Tokens.read(tmp_path / "token")
    assert all(tokens.allow(f"Bearer {each}") for each in (TOKEN, "another token of mine"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # not a proxy of ours: what it sends is forged
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # entries before the proxy's are forged
        ("10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1"),  # two proxies in a row
        ("::ffff:10.0.0.2", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("10.0.0.2", "198.51.100.1, nonsense, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3, 10.0.0.4", "10.0.0.2"),
        ("[fd00::2%eth0]", "2001:db8::9", "2001:db8::9"),
        ("10.0.0.2", "", "10.0.0.2"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_came_from(peer, forwarded, client):
    assert Quotas(Limits(), ["10.0.0.1/24", "[fd00::2]"]).client(peer, forwarded) == client
    assert Quotas(Limits()).client(peer, forwarded) == peer


def test_a_proxy_that_is_no_address_is_refused():
    with pytest.raises(ServiceError) as caught:
        Quotas(Limits(), ["proxy.example.org"])
    assert caught.value.key == "error.service.proxy"


def test_clients_behind_a_trusted_proxy_have_quotas_of_their_own(run_service, number):
    limits = Limits(client_explained=4, client_explained_rate=1e-6, client_requests=1)
    service = run_service(settings=Settings(proxies=("127.0.0.1",)), limits=limits)
    with service.client() as one, service.client() as other:  # more connections than one client may have
        for last, client in enumerate((one, other)):
            statuses = [
                client.post(
                    "/v1/read?explain=true", files={"picture": number}, headers={"x-forwarded-for": f"192.0.2.{each}"}
                ).status_code
                for each in (last, last, 250)
            ]
            assert statuses[:2] == [200, 429]
        assert statuses[2] == 429  # the first client's third request has used it up


def test_an_answer_carries_the_name_of_its_request(client):
    names = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in names)
    assert names[0] != names[1]
    made_up = client.get("/healthz", headers={"x-request-id": "mine"}).headers["x-request-id"]
    assert made_up != "mine"


def test_a_trusted_proxy_names_a_request(run_service):
    with run_service(settings=Settings(proxies=("127.0.0.1",))).client() as client:
        for name, kept in (("a-7.f", True), ("a b", False), ("x" * 65, False)):
            assert (client.get("/healthz", headers={"x-request-id": name}).headers["x-request-id"] == name) == kept


def test_a_fault_is_found_in_the_log_by_the_name_that_the_answer_tells(service, client, number, monkeypatch):
    monkeypatch.setattr(service.service.parts.readers, "loaded", lambda _: 1 / 0)
    said = client.post("/v1/read", files={"picture": number})
    assert said.status_code == 500
    assert said.headers["x-request-id"] in said.json()["detail"]


@pytest.mark.parametrize(
    ("settings", "path", "key"),
    [
        ({"training": False}, "/v1/training", "error.service.no_training"),
        ({"pdf": False}, "/v1/read", "error.service.no_pdf"),
        ({"metrics": False}, "/metrics", "error.service.no_metrics"),
    ],
)
def test_what_is_turned_off_says_so(run_service, settings, path, key, number):
    with run_service(settings=Settings(**settings)).client() as client:
        if path == "/metrics":
            said = client.get(path)
        elif path == "/v1/read":
            said = client.post(path, files=[("picture", number), ("picture", b"%PDF-1.7\n" + bytes(100))])
        else:
            said = client.post(path, json={})
        assert (said.status_code, said.json()["key"]) == (403, key)
        assert client.post("/v1/read", files={"picture": number}).status_code == 200


def test_an_absolute_address_leads_nowhere(service):
    request = b"GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert json.loads(_ask(service, request)[1])["key"] == "error.service.path"


@pytest.mark.parametrize("codings", [["gzip, chunked"], ["chunked", "chunked"], ["gzip", "chunked"]])
def test_a_body_that_was_coded_otherwise_than_in_chunks_is_refused(service, codings):
    lines = "".join(f"Transfer-Encoding: {each}\r\n" for each in codings)
    head = f"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{lines}"
    assert _ask(service, f"{head}Connection: close\r\n\r\n0\r\n\r\n".encode())[0] == 400


def test_a_service_that_can_decode_nothing_is_alive_and_not_ready_until_it_can(run_service, as_png, monkeypatch):
    from shuzi.pictures import decoder

    gif = as_png([[255] * 20] * 20, "GIF")  # decoded in a child, however small
    with run_service().client() as client:
        decoder.children.cancel()
        monkeypatch.setattr("sys.executable", "/nowhere/python")
        assert client.get("/readyz").status_code == 200  # nothing is known yet
        said = client.post("/v1/read", files={"picture": gif})
        assert (said.status_code, said.json()["key"]) == (503, "error.picture.child")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        monkeypatch.undo()
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/read", files={"picture": gif}).status_code == 200


def test_a_service_that_ends_is_alive_and_not_ready(run_service):
    service = run_service()
    with service.client() as client:
        assert client.get("/readyz").json() == {"status": "ok"}
        service.service.parts.pool.close()
        said = client.get("/readyz")
        assert (said.status_code, said.json()["key"]) == (503, "error.service.stuck")
        assert int(said.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200
