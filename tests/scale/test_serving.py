"""The service behind replicas, with real Ray: what clients see while replicas come, die and are replaced."""

import signal
import threading
from collections import Counter

import httpx
import psutil
import pytest

import shuzi

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

TOKEN = "correct horse battery staple"  # noqa: S105 - it opens nothing
THREADS = 4


class Load:
    """Clients that ask without a pause, and what they were answered."""

    def __init__(self, address, images, models):
        self._address, self._body = address, {"images": images.tolist()}
        # how each model answers on this machine
        self._right = {name: shuzi.load(name).classify(images).argmax(axis=1).tolist() for name in models}
        self.answers, self.wrong = [], []
        self._new = threading.Condition()
        self._over = False
        self._threads = [threading.Thread(target=self._ask) for _ in range(THREADS)]
        for each in self._threads:
            each.start()

    def _ask(self):
        with httpx.Client(
            base_url=self._address, headers={"authorization": f"Bearer {TOKEN}"}, timeout=None
        ) as client:
            while not self._over:
                try:
                    self._note(client.post("/v1/classify", json=self._body))
                except Exception as problem:  # noqa: BLE001 - whatever it is, the test fails
                    self._add(None, problem)

    def _note(self, said):
        if said.status_code in {429, 503} and int(said.headers["retry-after"]) > 0:
            self._add(said.status_code)
            return
        digits = [each["digit"] for each in said.json()["answers"]]
        model = next((name for name, right in self._right.items() if right == digits), None)
        self._add(model, None if said.status_code == 200 and model else said)

    def _add(self, answer, wrong=None):
        with self._new:
            self.answers.append(answer)
            self.wrong += [] if wrong is None else [wrong]
            self._new.notify_all()

    def until(self, true):
        """Go on until a condition holds, which is looked at after each answer; return the answers meanwhile."""
        first = len(self.answers)
        with self._new:
            self._new.wait_for(lambda: len(self.answers) > first and (self.wrong or true()))
        assert self.wrong == []
        return Counter(self.answers[first:])

    def end(self):
        self._over = True
        for each in self._threads:
            each.join()


@pytest.fixture
def load():
    """Return a function that starts a load, and end it."""
    started = []

    def start(*given):
        started.append(Load(*given))
        return started[-1]

    yield start
    for each in started:
        each.end()


@pytest.fixture
def a_third(nodes):
    """Let another node join, for the replica that is started before another one ends."""
    nodes.add()
    added = nodes.working[-1]
    yield
    nodes.kill(added)


def _replicas(nodes):
    """Return the processes of the service's replicas on a cluster."""
    raylets = [node.all_processes["raylet"][0].process.pid for node in nodes.working]
    found = [child for pid in raylets for child in psutil.Process(pid).children(recursive=True)]
    return [each for each in found if _name(each).startswith("ray::ServeReplica:shuzi:")]


def _name(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _done(process, status=0):
    out, err = process.communicate()
    assert process.returncode == status, err
    return out, err


@pytest.mark.long
def test_under_load_a_replica_is_added_one_is_killed_and_the_model_is_replaced(
    nodes, a_third, serve, load, free_port, mnist, tmp_path
):
    """Nothing but right answers, or 429 and 503 with Retry-After; a replaced model costs not even these."""
    tokens = tmp_path / "tokens"
    tokens.write_text(TOKEN, encoding="utf-8")
    common = ("--address", nodes.address, "--port", free_port, "--token-file", tokens)
    common += ("--replicas", 1, "--max-replicas", 2)
    _done(serve(*common, "--model", "softmax"))
    address = f"http://127.0.0.1:{free_port}"
    assert len(_replicas(nodes)) == 1

    asking = load(address, mnist.test.images[:100], ["softmax", "tiny"])
    found = asking.until(lambda: len(_replicas(nodes)) == 2)  # requests queue, and a replica is added
    assert found.keys() <= {"softmax", 429, 503}
    asking.until(lambda: asking.answers.count("softmax") > 500)

    killed = _replicas(nodes)[0]
    killed.send_signal(signal.SIGKILL)
    found = asking.until(lambda: len(_replicas(nodes)) == 2 and not killed.is_running())  # it is replaced
    assert found["softmax"] > 0
    assert found.keys() <= {"softmax", 429, 503}

    old = {each.pid for each in _replicas(nodes)}
    updating = serve(*common, "--model", "tiny")
    found = asking.until(lambda: updating.poll() is not None and not old & {each.pid for each in _replicas(nodes)})
    _done(updating)
    assert found.keys() == {"softmax", "tiny"}
    asking.until(lambda: asking.answers[-20:] == ["tiny"] * 20)  # the last of those that were on the way
    assert asking.until(lambda: asking.answers[-100:] == ["tiny"] * 100).keys() == {"tiny"}
    asking.end()
    _check_access(address)
    _done(serve("--address", nodes.address, "--stop"))
    assert _replicas(nodes) == []
    _, err = _done(serve("--address", nodes.address, "--stop"), status=1)
    assert "The service does not run on this cluster." in err


def _check_access(address):
    """Hosts, tokens and the page are as on one machine."""
    with httpx.Client(base_url=address, timeout=None) as client:
        assert client.get("/").headers["content-security-policy"].startswith("default-src 'none'")
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/v1/models").status_code == 401
        assert client.get("/", headers={"host": "evil.test"}).status_code == 421
        long = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        assert client.post("/v1/classify", content=b"x" * 21_000_000, headers=long).status_code == 413
        assert client.post("/v1/training", json={}, headers=long).status_code == 403


def test_on_one_machine_it_serves_until_it_is_told_to_stop(serve, free_port):
    process = serve("--port", free_port, "--lang", "zh")
    assert str(free_port) in process.stdout.readline()
    with httpx.Client(base_url=f"http://127.0.0.1:{free_port}", timeout=None) as client:
        assert client.get("/readyz").json() == {"status": "ok"}
        assert client.post("/v1/training", json={}).json()["key"] == "error.service.no_training"
    process.send_signal(signal.SIGINT)
    _done(process)
