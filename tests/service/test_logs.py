"""The log of `shuzi serve` as a separate process."""

import json
import re
import stat

import pytest

from shuzi.messages import say

ENDED = say("cli.serve.ended", "en") + "\n"  # everything on stderr if nothing went wrong
NO_PAGE = say("cli.serve.no_page", "en") + "\n"  # comes first if the page is not built
TOKEN = "a token that is long enough"  # noqa: S105 - of these tests alone


def _end(process):
    """Stop the service, and return its exit status and log."""
    status, err = process.end()
    return status, err.removeprefix(NO_PAGE)


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN, "utf-8")
    path.chmod(stat.S_IRUSR)
    return path


def test_requests_are_logged_as_json_with_the_names_that_their_answers_carry(start_service, token_file):
    process = start_service("--port", "0", "--log-json", "--log-requests", "--token-file", str(token_file)).listens()
    forged = "/healthz%0A%7B%22level%22:%22error%22%7D%1B[2J"
    with process.client() as client:
        names = [
            client.get(forged).headers["x-request-id"],
            client.get("/v1/models?lang=en", headers={"authorization": f"Bearer {TOKEN}"}).headers["x-request-id"],
            client.get("/v1/models").headers["x-request-id"],
        ]
    _, err = _end(process)
    *lines, ended = err.splitlines()
    assert ended == ENDED.strip()
    records = [json.loads(each) for each in lines]
    assert [each["request"] for each in records] == names
    assert [each["status"] for each in records] == [404, 200, 401]
    assert [each["path"] for each in records] == [
        '/healthz\n{"level":"error"}\x1b[2J',
        "/v1/models",
        "/v1/models",
    ]
    assert {each["client"] for each in records} == {"127.0.0.1"}
    assert all(each["milliseconds"] >= 0 and each["level"] == "info" for each in records)
    assert TOKEN not in err


def test_a_line_for_people_cannot_be_forged(start_service):
    process = start_service("--port", "0", "--log-requests").listens()
    with process.client() as client:
        client.get("/a%0A2026-01-01T00:00:00.000Z ERROR forged%1B[2J%C2%9B%E2%80%AE")
    _, err = _end(process)
    line, ended = err.splitlines()
    assert ended == ENDED.strip()
    path = re.escape(r"/a\n2026-01-01T00:00:00.000Z ERROR forged\x1b[2J\x9b\u202e")
    assert re.fullmatch(rf"\S+Z INFO 127\.0\.0\.1 GET {path} 404 [\d.]+ request=\w+", line)


def test_without_being_asked_to_it_logs_no_request(start_service):
    process = start_service("--port", "0").listens()
    with process.client() as client:
        client.get("/healthz")
    assert _end(process) == (0, ENDED)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--token-file", "/nowhere/token"], "Cannot read the token file /nowhere/token"),
        (["--trust-proxy", "proxy"], "proxy is not an address"),
    ],
)
def test_a_setting_that_makes_no_sense_is_said_in_a_sentence(start_service, arguments, said):
    process = start_service("--port", "0", *arguments)
    _, err = process.communicate()
    assert process.returncode == 1
    assert said in err
    assert "Traceback" not in err
