"""shuzi's connections and file writes as the kernel sees them: Python's audit hooks miss native libraries."""

import ipaddress
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
from PIL import Image

SECONDS = 60
"""How long a service is watched: with telemetry on, ONNX Runtime 1.32 looks up its server's address 10 s after it was
loaded and, without an answer, again after 16, 24 and 46 s."""

NUMBERED = ["sh", "-c", 'echo $$ > number; exec "$@"', "sh"]
CALLS = "connect,sendto,sendmsg,?sendmmsg,?open,openat,?openat2,?creat"
ADDRESS = re.compile(r'sa_family=AF_(?:INET6?|UNIX|VSOCK|PACKET)\b[^}]*|sun_path=@?"[^"]*"')
IP = re.compile(r'inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"')
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
WRITING = re.compile(r"\b(?:O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND)\b|^creat\(")
OPENED = re.compile(r"= \d+<([^>]*)>")
NO_FILES = re.compile(r"/dev/(?:null|tty|shm/sem\.\w+)|/proc/\d+/task/\d+/comm")  # a semaphore, the name of a thread
DNS = 53


@dataclass(frozen=True)
class Watched:
    """A process under strace, with its own folders."""

    process: subprocess.Popen
    place: Path

    @property
    def own(self):
        """Where it may write: its working folder, the temporary folder, and shuzi's cache."""
        return self.place / "work", self.place / "tmp", self.place / "home" / ".cache" / "shuzi"

    def send(self, number):
        """Signal the watched process; strace passes no signals on, and leaves it running when killed."""
        os.kill(int((self.place / "work" / "number").read_text()), number)

    def faults(self):
        """Wait for its end, and return its connections to other machines and writes outside its folders."""
        _, err = self.process.communicate()
        assert self.process.returncode == 0, err.decode()
        lines = {line for trace in self.place.glob("trace.*") for line in trace.read_text("utf-8").splitlines()}
        assert any("openat(" in line for line in lines)
        left = [path for folder in ("home", "tmp") for path in (self.place / folder).rglob("*") if path.is_file()]
        left = [f"left behind: {path}" for path in left if self.own[2] not in path.parents]
        return sorted({found for line in lines if (found := self._fault(line))}) + left

    def _fault(self, line):
        if leaves(line):
            return line
        opened = OPENED.search(line)
        if not opened or not WRITING.search(line) or NO_FILES.fullmatch(opened[1]):
            return None
        return None if any(Path(opened[1]).is_relative_to(folder) for folder in self.own) else line


def leaves(line):
    """Return whether a line of strace shows that something may leave this machine.

    Loopback does not, but for port 53, where a name server asks others. Neither do sockets in the file system by
    themselves, but the name services of the C library listen at such, and shuzi has no use for them: all are counted.
    """
    for address in ADDRESS.findall(line):
        ip, port = IP.search(address), PORT.search(address)
        if not ip or not port or int(port[1]) == DNS or not ipaddress.ip_address(ip[1]).is_loopback:
            return True
    return False


@pytest.fixture(scope="session")
def strace():
    """Return the strace command, if installed and permitted."""
    found = shutil.which("strace")
    if not found:
        pytest.skip("strace is not installed (Debian: apt install strace)")
    tried = subprocess.run([found, "-f", "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"strace may not watch here: {tried.stderr.strip()}")
    return [found, "-ff", "-qq", "-y", "-e", "signal=none", "-e", f"trace={CALLS}"]


@pytest.fixture
def watch(strace, tmp_path):
    """Run `shuzi` as a new user with no settings and an empty home."""
    started = []

    def start(*arguments, **environment):
        place = tmp_path / str(len(started))
        for name in ("home", "tmp", "work"):
            (place / name).mkdir(parents=True)
        for number in range(12):  # enough to be read in several processes
            page = np.full((60, 60), 255, np.uint8)
            page[8:50, 26 + number % 3 : 32] = 0
            Image.fromarray(page).save(place / "work" / f"{number}.png")
        plain = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [*strace, "-o", place / "trace", *NUMBERED, sys.executable, "-P", "-m", "shuzi", *arguments],
            cwd=place / "work",
            env=plain | {"HOME": str(place / "home"), "TMPDIR": str(place / "tmp")} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(Watched(process, place))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.send(signal.SIGKILL)
        each.process.communicate()


COMMANDS = [
    pytest.param(["read", "."], id="read"),
    pytest.param(["train", "--steps", "20", "--out", "run"], marks=pytest.mark.slow, id="train"),
]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_command_keeps_to_this_machine_and_to_its_own_folders(watch, arguments):
    assert watch(*arguments).faults() == []
    telling = watch(*arguments, ORT_DISABLE_TELEMETRY="0").faults()
    assert any("/.cache/Microsoft/" in fault for fault in telling)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--steps", "20", "--out", "run", "--tensorboard"],
        ["models", "export", "softmax", "--format", "litert", "--out", "softmax.tflite"],
        ["evaluate", "softmax", "--report", "report"],
    ],
    ids=["train --tensorboard", "models export", "evaluate --report"],
)
def test_so_does_what_else_needs_large_libraries(watch, arguments):
    assert watch(*arguments).faults() == []


@pytest.mark.slow
def test_a_service_keeps_to_this_machine_for_a_minute_in_which_it_reads_and_trains(watch):
    kept, telling = watch("serve", "--port", "0"), watch("serve", "--port", "0", ORT_DISABLE_TELEMETRY="0")
    minute = None
    for each in (kept, telling):
        address = re.search(rb"http://\S+", each.process.stdout.readline())[0].decode()
        minute = minute or subprocess.Popen(["sleep", str(SECONDS)])
        with httpx.Client(base_url=address, trust_env=False, timeout=None) as client:
            picture = (each.place / "work" / "0.png").read_bytes()
            assert client.post("/v1/read", content=picture, headers={"content-type": "image/png"}).is_success
            training = client.post("/v1/training", json={"steps": 20}).headers["location"]
            assert "event: done" in client.get(f"{training}/events").text
    minute.wait()
    kept.send(signal.SIGINT)
    telling.send(signal.SIGINT)
    assert kept.faults() == []
    found = telling.faults()
    assert any("/.cache/Microsoft/" in fault for fault in found)
    assert any(leaves(fault) for fault in found)


@pytest.mark.slow
@pytest.mark.cluster
def test_a_cluster_of_this_machine_asks_no_other_machine(watch, tmp_path):
    pytest.importorskip("ray")
    # jsonschema does without this module, which takes most of the time that a process of Ray needs to start
    (tmp_path / "rfc3987_syntax.py").write_text("raise ImportError", "utf-8")
    faults = watch("scale", "read", ".", "out", PYTHONPATH=str(tmp_path)).faults()
    own = {address.address for each in psutil.net_if_addrs().values() for address in each}
    # the last is how Ray learns its own address: nothing is sent through this socket
    known = {*own, *(f"::ffff:{each}" for each in own), "8.8.8.8"}
    asked = {address for fault in faults if leaves(fault) for address in IP.findall(fault)}
    assert asked <= known
    assert not [fault for fault in faults if "8.8.8.8" in fault and not fault.startswith("connect(")]
    assert asked & own  # it detects what it looks for


@pytest.mark.parametrize(
    "line",
    [
        'connect(20, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = 0',
        'connect(20, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0',
        'sendto(9, {sa_family=AF_INET6, sin6_port=htons(9), inet_pton(AF_INET6, "2001:db8::", &sin6_addr)})',
        'connect(20, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file)',
    ],
    ids=["elsewhere", "a name server", "elsewhere, IPv6", "a name service"],
)
def test_what_leaves_this_machine_is_known(line):
    assert leaves(line)


@pytest.mark.parametrize(
    "line",
    [
        'connect(20, {sa_family=AF_INET, sin_port=htons(8000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'connect(20, {sa_family=AF_INET6, sin6_port=htons(8000), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0',
        "sendto(9, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20",
        'openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3</etc/hosts>',
    ],
    ids=["loopback", "loopback, IPv6", "the kernel", "a file"],
)
def test_what_stays_on_this_machine_is_known(line):
    assert not leaves(line)


def test_what_a_person_has_set_stands():
    names = ("ORT_DISABLE_TELEMETRY", "RAY_USAGE_STATS_ENABLED")
    program = f"import os, shuzi; print(*[os.environ[each] for each in {names}])"
    for given, expected in (({}, "1 0"), ({"ORT_DISABLE_TELEMETRY": "0", "RAY_USAGE_STATS_ENABLED": "1"}, "0 1")):
        done = subprocess.run(
            [sys.executable, "-P", "-c", program], env=given, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == expected.split()
