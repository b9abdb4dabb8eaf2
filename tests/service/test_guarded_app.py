"""What the guard does around each request, whatever the app behind it does; no server is needed to see it."""

import asyncio
import json
import time
from dataclasses import dataclass

import pytest

from shuzi.service.access import SECURITY_HEADERS, Guard, Hosts, Tokens, origins_of
from shuzi.service.limits import Limits, Quotas, asking
from shuzi.service.logs import current_id

HOST = (b"host", b"localhost:8000")
BEARER = "Bearer a token that nobody guesses"


@dataclass
class Answer:
    """An answer, put together from the messages of an app."""

    messages: list

    @property
    def status(self):
        (start,) = (each for each in self.messages if each["type"] == "http.response.start")
        return start["status"]

    @property
    def headers(self):
        return self.messages[0]["headers"]

    @property
    def body(self):
        first, *rest = self.messages
        assert first["type"] == "http.response.start"
        assert [each.get("more_body", False) for each in rest] == [True] * (len(rest) - 1) + [False]
        return b"".join(each.get("body", b"") for each in rest)

    @property
    def key(self):
        return json.loads(self.body)["key"]

    def all(self, name):
        return [value for each, value in self.headers if each == name]


async def say(send, *pieces, status=200, headers=()):
    await send({"type": "http.response.start", "status": status, "headers": [*headers]})
    for place, piece in enumerate(pieces, 1):
        await send({"type": "http.response.body", "body": piece, "more_body": place < len(pieces)})


async def well(scope, receive, send):
    await say(send, b"two ", b"pieces", status=203)


class Guarded:
    """An app behind a guard, which notes what it is asked and what was observed of it."""

    def __init__(self, app=well, tokens=None, proxies=(), origins=(), **limits):
        self.quotas = Quotas(Limits(**limits), proxies)
        self.guard = Guard(self._app, Hosts(), origins_of(origins), self.quotas, tokens, self._observe)
        self.scopes, self.names, self.observed = [], [], []
        self._behind = app

    async def _app(self, scope, receive, send):
        self.scopes.append(scope)
        self.names.append((asking.get(), current_id.get().encode()))
        await self._behind(scope, receive, send)

    def _observe(self, scope, status, seconds):
        self.observed.append((scope["path"], status, seconds))

    async def begin(self, answer, *headers, method="GET", path="/v1/read", client=("192.0.2.1", 1), server=None):
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [*(headers or [HOST])],
        }

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            answer.messages.append(message)

        await self.guard(scope | {"client": client, "server": server}, receive, send)

    def ask(self, *headers, **options):
        answer = Answer([])
        asyncio.run(self.begin(answer, *headers, **options))
        return answer


def test_each_request_is_observed_with_its_status_and_how_long_it_took():
    guarded, began = Guarded(), time.perf_counter()
    answers = [guarded.ask(), guarded.ask((b"host", b"evil.test"), path="/healthz")]
    whole = time.perf_counter() - began
    assert [(each.status, path) for each, path in zip(answers, ("/v1/read", "/healthz"), strict=True)] == [
        (status, path) for path, status, _ in guarded.observed
    ]
    assert [each.status for each in answers] == [203, 421]
    assert all(0 < seconds < whole for *_, seconds in guarded.observed)
    assert len(guarded.scopes) == 1


def test_a_fault_of_the_app_is_told_once_and_observed(caplog):
    async def broken(scope, receive, send):
        raise RuntimeError("secret")

    async def broken_later(scope, receive, send):
        await send({"type": "http.response.start", "status": 206, "headers": []})
        raise RuntimeError

    guarded = Guarded(broken)
    answer = guarded.ask()
    assert (answer.status, answer.key) == (500, "error.service.internal")
    assert answer.all(b"connection") == [b"close"]  # more of the request may follow
    assert b"secret" not in answer.body
    assert "secret" in caplog.text
    assert guarded.names[0][1] in answer.body
    later = Guarded(broken_later)
    assert [each["status"] for each in later.ask().messages] == [206]
    assert [each.observed[0][1] for each in (guarded, later)] == [500, 206]


def test_every_answer_has_the_headers_once_and_says_who_may_keep_it():
    async def kept(scope, receive, send):
        await say(send, b"", headers=[(b"cache-control", b"max-age=9"), (b"vary", b"origin")])

    plain, refused, own = Guarded().ask(), Guarded().ask((b"host", b"evil.test")), Guarded(kept).ask()
    for answer in (plain, refused, own):
        assert [answer.all(name) for name, _ in SECURITY_HEADERS] == [[value] for _, value in SECURITY_HEADERS]
        assert len(answer.all(b"x-request-id")) == 1
    for answer in (plain, refused):
        assert (answer.all(b"cache-control"), answer.all(b"vary")) == ([b"no-store"], [b"accept-language"])
    assert (own.all(b"cache-control"), own.all(b"vary")) == ([b"max-age=9"], [b"origin"])
    assert (refused.all(b"connection"), plain.all(b"connection")) == ([b"close"], [])


def test_head_is_answered_as_get_is_and_without_the_body():
    guarded = Guarded()
    answer, got = guarded.ask(method="HEAD"), guarded.ask()
    assert (answer.status, answer.body, len(answer.messages)) == (203, b"", 2)
    assert (got.status, got.body) == (203, b"two pieces")
    assert [(scope["method"], scope.get("asked")) for scope in guarded.scopes] == [("GET", "HEAD"), ("GET", None)]
    assert guarded.ask((b"host", b"evil.test"), method="HEAD").body == b""


def test_what_is_no_request_passes_untouched():
    seen, observed = [], []

    async def app(*given):
        seen.append(given)

    guard = Guard(app, Hosts(), frozenset(), Quotas(Limits()), None, observed.append)
    asyncio.run(guard({"type": "lifespan"}, "receive", "send"))
    assert seen == [({"type": "lifespan"}, "receive", "send")]
    assert observed == []


def test_a_client_has_so_many_requests_at_once_and_others_have_their_own():
    async def story():
        go = asyncio.Event()

        async def waits(scope, receive, send):
            await go.wait()
            await well(scope, receive, send)

        guarded = Guarded(waits, client_requests=2)
        answers = [Answer([]) for _ in range(5)]
        tasks = [asyncio.create_task(guarded.begin(each)) for each in answers[:3]]
        tasks.append(asyncio.create_task(guarded.begin(answers[3], client=("192.0.2.2", 1))))
        for _ in range(12):  # turns of the loop
            await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*tasks)
        await guarded.begin(answers[4])
        assert guarded.quotas.of("192.0.2.1").idle
        return [each.status for each in answers], answers[2].key

    assert asyncio.run(story()) == ([203, 203, 429, 203, 203], "error.service.client")


@pytest.mark.parametrize("closing", [True, False])
@pytest.mark.parametrize("started", [True, False])
def test_a_cancelled_request_is_told_that_the_service_ends_if_it_does(closing, started):
    async def story():
        begun = asyncio.Event()

        async def hangs(scope, receive, send):
            if started:
                await send({"type": "http.response.start", "status": 206, "headers": []})
            begun.set()
            await asyncio.Event().wait()

        guarded, answer = Guarded(hangs), Answer([])
        task = asyncio.create_task(guarded.begin(answer))
        await begun.wait()
        if closing:
            guarded.guard.is_closing = True
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() != closing
        return answer, [status for _, status, _ in guarded.observed]

    answer, observed = asyncio.run(story())
    assert observed == [206 if started else 503 if closing else 500]
    if started:
        assert [each["status"] for each in answer.messages] == [206]
    elif closing:
        assert (answer.status, answer.key, answer.all(b"connection")) == (503, "error.service.closing", [b"close"])
    else:
        assert answer.messages == []


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.2", [b"198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", [b"6.6.6.6", b"198.51.100.1", b"10.0.0.2"], "198.51.100.1"),  # one list, in order
        ("10.0.0.3", [b"198.51.100.1"], "10.0.0.3"),
        (None, [b"198.51.100.1"], ""),  # over a socket without addresses
    ],
)
def test_the_app_knows_the_client_and_the_name_of_the_request(peer, forwarded, client):
    guarded = Guarded(proxies=["10.0.0.2"])
    headers = [HOST, *((b"x-forwarded-for", each) for each in forwarded), (b"x-request-id", b"a-7")]
    answer = guarded.ask(*headers, client=(peer, 1) if peer is not None else None)
    (scope,), (names,) = guarded.scopes, guarded.names
    assert (scope["from"], scope["quota"].address) == (client, client)
    assert names == (client, *answer.all(b"x-request-id"))
    assert (names[1] == b"a-7") == (peer == "10.0.0.2")


def test_the_address_at_which_a_request_came_in_is_ours():
    asked = [
        Guarded().ask((b"host", b"192.0.2.9"), server=each)
        for each in (("192.0.2.9", 8000), ("192.0.2.8", 8000), None)
    ]
    assert [each.status for each in asked] == [203, 421, 421]


def test_a_refusal_is_said_in_the_language_that_is_asked_for():
    refused = [Guarded().ask((b"host", b"evil.test"), (b"accept-language", each)) for each in (b"en", b"zh", b"en")]
    assert [json.loads(each.body)["title"].isascii() for each in refused] == [True, False, True]


def test_only_closed_paths_need_the_token():
    guarded, shown = Guarded(tokens=Tokens([BEARER.removeprefix("Bearer ")])), (b"authorization", BEARER.encode())
    assert (guarded.ask().status, guarded.ask(HOST, shown).status) == (401, 203)
    assert guarded.ask(path="/healthz").status == 203


@pytest.mark.parametrize(
    ("method", "headers", "key"),
    [
        ("GET", {}, "error.service.no_host"),
        ("GET", {"host": "localhost,localhost"}, "error.service.no_host"),
        ("POST", {"host": "LocalHost:8000", "origin": "http://localHOST:8000"}, None),
        ("POST", {"host": "localhost", "origin": "http://evil.test"}, "error.service.origin"),
        ("POST", {"host": "localhost", "origin": "https://example.org", "sec-fetch-site": "cross-site"}, None),
        ("POST", {"host": "localhost", "sec-fetch-site": "same-origin"}, None),
        *(
            (
                method,
                {"host": "localhost", "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": to},
                key,
            )
            for method, mode, to, key in (
                ("GET", "navigate", "document", None),
                ("HEAD", "navigate", "document", None),
                ("POST", "navigate", "document", "error.service.site"),  # a form of another site's page
                ("GET", "navigate", "iframe", "error.service.site"),
                ("GET", "no-cors", "document", "error.service.site"),
            )
        ),
    ],
)
def test_requests_of_other_sites_pages_are_refused(method, headers, key):
    pairs = [(name.encode(), value.encode()) for name, values in headers.items() for value in values.split(",")]
    guarded = Guarded(origins=["https://example.org"])
    answer = guarded.ask(*(pairs or [(b"accept", b"*/*")]), method=method)
    if method == "HEAD":
        assert answer.status == 203
    else:
        assert (answer.key if answer.status != 203 else None) == key
