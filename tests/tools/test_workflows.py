"""The configuration files for other programs are valid."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
pytestmark = pytest.mark.skipif(not GITHUB.exists(), reason="a source distribution has no workflows")
SCHEMAS = {
    "vendor.github-workflows": sorted(GITHUB.glob("workflows/*.yml")),
    "vendor.github-issue-forms": sorted(GITHUB.glob("ISSUE_TEMPLATE/[0-9]*.yml")),
    "vendor.github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "vendor.dependabot": [GITHUB / "dependabot.yml"],
    "vendor.citation-file-format": [ROOT / "CITATION.cff"],
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_follow_their_schema(schema):
    pytest.importorskip("check_jsonschema")
    assert SCHEMAS[schema]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *SCHEMAS[schema]],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_workflows_are_safe():
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed")
    done = subprocess.run([zizmor, "--offline", "--no-config", GITHUB], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_workflows_run_what_is_there():
    """Every `make` target and script named in a workflow exists."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for path in SCHEMAS["vendor.github-workflows"]:
        text = path.read_text("utf-8")
        for target in re.findall(r"run: make (\w+)", text):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        for script in re.findall(r"(?:tools/\S+\.py|requirements/\S+\.txt|\.ci/run)", text):
            assert (ROOT / script).exists()


def test_versions_agree():
    version = re.search('__version__ = "(.+)"', (ROOT / "src" / "shuzi" / "__init__.py").read_text("utf-8"))[1]
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    for name in ("CHANGELOG.md", "CHANGELOG.zh.md"):
        newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)[1]
        assert version.startswith(newest)
