"""Requests that the OpenAPI document allows, and many that it does not, get responses that match it."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
ROUNDS = 20


@pytest.fixture
def try_all(service, tmp_path):
    """Let schemathesis try operations, given only the document."""

    def run(*options):
        command = [SCHEMATHESIS, "run", f"{service.address}/openapi.json", "--max-examples", ROUNDS, *options]
        # it would give up after ten seconds, which a busy machine may take
        fixed = ["--seed", 1, "--generation-database", "none", "--no-color", "--request-timeout", 3_600]
        done = subprocess.run([*map(str, [*command, *fixed])], cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        assert " generated" in done.stdout
        return done.stdout

    return run


@pytest.mark.slow
def test_every_operation_but_reading_and_training_keeps_all_of_its_word(try_all):
    said = try_all("--exclude-path-regex", "events$|^/v1/training$|^/v1/read$|^/v1/picture$|^/v1/forms")
    assert "Tested: 9" in said


@pytest.mark.slow
def test_reading_keeps_its_word_though_what_comes_is_seldom_a_picture(try_all):
    said = try_all("--include-path", "/v1/read", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said


@pytest.mark.slow
def test_reading_forms_keeps_its_word_though_what_comes_is_seldom_a_spec(try_all):
    said = try_all("--include-path", "/v1/forms", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said


@pytest.mark.slow
def test_showing_keeps_its_word_though_what_comes_is_seldom_a_picture(try_all):
    said = try_all("--include-path", "/v1/picture", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said


@pytest.mark.slow
def test_tracing_keeps_its_word_though_what_comes_is_seldom_a_form(try_all):
    said = try_all("--include-path", "/v1/forms/trace", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said


@pytest.mark.slow
def test_workbooks_keep_their_word_though_few_pictures_are_any(try_all):
    said = try_all("--include-path", "/v1/forms/xlsx", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said


@pytest.mark.slow
def test_training_keeps_its_word_though_only_one_can_run_and_fast_wants_even_batches(try_all, service):
    said = try_all("--include-path", "/v1/training", "--exclude-checks", "positive_data_acceptance")
    assert "Tested: 1" in said
    running = service.service.parts.trainings.running
    if running is not None:
        place = f"{service.address}/v1/training/{running.id}"
        httpx.delete(place, trust_env=False, timeout=None)
        httpx.get(f"{place}/events", trust_env=False, timeout=None)  # until it has ended, so that others may start
