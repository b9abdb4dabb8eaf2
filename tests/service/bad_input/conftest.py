import re

import pytest


@pytest.fixture(scope="session")
def check_problem():
    """Return a function that checks that an answer is a problem of a kind and shows nothing of the code."""

    def check(said, status, key):
        assert said.status_code == status, said.text
        assert said.headers["content-type"] == "application/problem+json"
        problem = said.json()
        assert {"type": f"/docs#{key}", "status": status, "key": key}.items() <= problem.items()
        assert len(problem["detail"]) > 10
        assert not re.search(r"Traceback|site-packages|\.py\b|/tmp/|/root/", said.text)
        return problem

    return check


@pytest.fixture(autouse=True)
def alive_after(client, number):
    yield
    said = client.post("/v1/read", files={"picture": number})
    assert said.json()["readings"][0]["text"] == "7210"
