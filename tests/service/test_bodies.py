"""Bodies have room, by request, by client and in all, and give it back; no server is needed to see it."""

import asyncio

import pytest

from shuzi.service.limits import Bodies, Limits, Quota, read_on
from shuzi.service.problems import BodyRefused

LIMITS = Limits(body=100, client_held=150, held=240)


class Service:
    """Requests that send their bodies in pieces when told; `answers` are bytes taken, or keys of errors."""

    def __init__(self, limits=LIMITS):
        self.bodies = Bodies(self._app, limits)
        self.clients, self.pieces, self.answers, self.go, self.tasks = {}, {}, {}, {}, []
        self.most = {}
        self._limits = limits

    def quota(self, client):
        return self.clients.setdefault(client, Quota(client, self._limits))

    async def begin(self, name, *headers):
        """Begin a request; the client is the first letter of its name."""
        self.pieces[name], self.go[name] = asyncio.Queue(), asyncio.Event()
        headers = headers or [(b"transfer-encoding", b"chunked")]
        scope = {"type": "http", "headers": [*headers], "quota": self.quota(name[0]), "name": name}
        self.tasks.append(asyncio.create_task(self.bodies(scope, self.pieces[name].get, None)))
        await self.settle()

    async def send(self, name, size, more=True):
        message = {"type": "http.request", "body": bytes(size)}
        await self.pieces[name].put(message | {"more_body": True} if more else message)
        await self.settle()

    async def end(self, name):
        """Let a request whose body is complete be answered."""
        self.go[name].set()
        await self.settle()

    async def settle(self):
        for _ in range(12):  # turns of the loop
            await asyncio.sleep(0)

    async def _app(self, scope, receive, _):
        taken = 0
        try:
            while True:
                message = await receive()
                taken += len(message["body"])
                if not message.get("more_body"):
                    break
        except BodyRefused as refused:
            self.answers[scope["name"]] = refused.problem.key
            self.most[scope["name"]] = refused.problem.values.get("max")
            return
        self.answers[scope["name"]] = taken
        await self.go[scope["name"]].wait()


def run(story):
    async def tell():
        service = Service()
        await story(service)
        for task in service.tasks:
            task.cancel()
        await asyncio.gather(*service.tasks, return_exceptions=True)
        assert service.bodies._held == 0
        assert not service.bodies._coming
        assert {quota.held for quota in service.clients.values()} == {0}
        return service.answers

    return asyncio.run(tell())


def test_a_body_may_be_as_long_as_the_limit_and_no_longer():
    async def story(service):
        for name, last in (("a-fits", 40), ("b-long", 41)):
            await service.begin(name)
            await service.send(name, 60)
            await service.send(name, last, more=False)
            await service.end(name)

    assert run(story) == {"a-fits": 100, "b-long": "error.service.body"}


@pytest.mark.parametrize(
    ("headers", "sent", "answer"),
    [
        ([(b"content-length", b"100")], [100], 100),
        ([(b"content-length", b"101")], [], "error.service.body"),
        ([(b"content-length", b"many")], [100], 100),
        ([(b"transfer-encoding", b"chunked")], [100, 1, 1], "error.service.body"),  # without an end
    ],
)
def test_what_is_too_long_is_refused_as_soon_as_that_is_known(headers, sent, answer):
    async def story(service):
        await service.begin("a", *headers)
        for place, size in enumerate(sent, 1):
            await service.send("a", size, more=place < len(sent) or sum(sent) > 100)

    assert run(story) == {"a": answer}


def test_a_client_has_room_for_so_much_and_has_it_again_after_each_answer():
    async def story(service):
        for name, size in (("a1", 100), ("a2", 50), ("a3", 1)):
            await service.begin(name)
            await service.send(name, size, more=False)
        assert service.quota("a").held == 150
        await service.end("a1")
        await service.begin("a4")
        await service.send("a4", 100, more=False)

    assert run(story) == {"a1": 100, "a2": 50, "a3": "error.service.held", "a4": 100}


def test_where_the_memory_is_full_the_unfinished_body_of_who_holds_most_makes_way():
    async def story(service):
        await service.begin("a1")
        await service.send("a1", 90, more=False)
        await service.begin("a2")
        await service.send("a2", 50)
        await service.begin("b1")
        await service.send("b1", 100)
        assert not {"a2", "b1"} & set(service.answers)  # all 240 are taken
        await service.begin("c1")
        await service.send("c1", 40, more=False)

    assert run(story) == {"a1": 90, "a2": "error.service.busy", "c1": 40}


def test_nobody_makes_way_for_a_client_that_would_hold_as_much():
    async def story(service):
        await service.begin("a1")
        await service.send("a1", 80)
        await service.begin("b1")
        await service.send("b1", 90, more=False)
        await service.begin("c1")
        await service.send("c1", 80, more=False)  # 10 too many, and would be as much as a holds

    assert run(story) == {"b1": 90, "c1": "error.service.busy"}


def test_a_service_that_ends_waits_for_no_body_and_answers_what_needs_none():
    async def story(service):
        await service.begin("a1")
        await service.send("a1", 10)
        await service.begin("a2")
        await service.send("a2", 10, more=False)
        service.bodies.close()
        await service.settle()
        await service.begin("b1", (b"content-length", b"10"))
        await service.begin("b2", (b"content-length", b"0"))
        await service.send("b2", 0, more=False)

    assert run(story) == {
        "a1": "error.service.closing",
        "a2": 10,
        "b1": "error.service.closing",
        "b2": 0,
    }


def test_limits_are_told_in_megabytes():
    async def tell():
        service = Service(Limits())
        await service.begin("a", (b"content-length", b"20000001"), (b"expect", b"100-continue"))
        service.quota("b").held = 60_000_000
        await service.begin("b")
        await service.send("b", 1, more=False)
        return service.most

    assert asyncio.run(tell()) == {"a": 20, "b": 60}


@pytest.mark.parametrize(("pieces", "taken"), [(30, 10), (3, 4)])
def test_of_a_refused_body_ten_times_the_limit_is_read_and_no_more(pieces, taken):
    told = []

    async def receive():
        told.append(100)
        return {"type": "http.request", "body": bytes(100), "more_body": len(told) <= pieces}

    asyncio.run(read_on(receive, LIMITS))
    assert len(told) == taken
