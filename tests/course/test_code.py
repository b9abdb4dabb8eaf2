"""Everything in a lesson is run: its code prints what the text says, and so does the code changed as proposed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons import LANGUAGES, LESSONS, ROOT, blocks, changes, read, same, unlike

QUICK = ("00-play", "01-line", "02-three-pixels", "03-numpy")
pytestmark = pytest.mark.parametrize(
    "lesson",
    [pytest.param(each, marks=() if each.name in QUICK else pytest.mark.long) for each in LESSONS],
    ids=lambda path: path.name,
)


def needs(lesson):
    if re.search(r'tensorflow|keras|onnx\b|shuzi\.training|"train"', (lesson / "lesson.py").read_text("utf-8")):
        pytest.importorskip("tensorflow", reason="the extra `train` is not installed")


def python(folder, *arguments, **options):
    surroundings = os.environ | {"PYTHONIOENCODING": "utf-8", "TF_CPP_MIN_LOG_LEVEL": "3"}
    surroundings |= {"OMP_NUM_THREADS": "1"}  # on a busy machine two threads mostly wait for each other
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=folder, env=surroundings, capture_output=True, encoding="utf-8",
        **options,
    )  # fmt: skip


def test_blocks_print_what_the_text_says(lesson, tmp_path):
    if lesson.name not in QUICK:
        pytest.skip("its notebook is run, which has the same blocks")
    needs(lesson)
    shown = {language: blocks(read(lesson, language)) for language in LANGUAGES}
    code = [block.text for block in shown["en"] if block.kind == "python"]
    done = python(tmp_path, Path(__file__).with_name("in_order.py"), input=json.dumps(code))
    assert done.returncode == 0, done.stderr
    for language in LANGUAGES:
        assert not (lost := unlike(shown[language], json.loads(done.stdout))), f"{language}: {lost}"


def test_changes_print_what_the_table_says(lesson, tmp_path):
    needs(lesson)
    code = (lesson / "lesson.py").read_text("utf-8")
    tried = changes(read(lesson, "en"))
    for change in tried:
        assert code.count(change.old) == 1, change.old
        (tmp_path / "lesson.py").write_text(code.replace(change.old, change.new), "utf-8")
        done = python(tmp_path, "lesson.py")
        lines = (done.stdout + done.stderr).splitlines()
        for written in change.printed:
            assert any(same(line, written, 0.1) for line in lines), f"{change}: {lines[-5:]}"


@pytest.mark.long
def test_further_measurements_come_out_as_stored(lesson, tmp_path):
    if not (lesson / "measure.py").is_file():
        pytest.skip("this lesson prints all that it says")
    needs(lesson)
    done = python(tmp_path, lesson / "measure.py")
    assert done.returncode == 0, done.stderr
    stored = (lesson / "measured.txt").read_text("utf-8").splitlines()
    for line, written in zip(done.stdout.splitlines(), stored, strict=True):
        assert same(line, written), f"{line!r}, but stored: {written!r}"


@pytest.mark.long
def test_commands_run(lesson, tmp_path):
    needs(lesson)
    surroundings = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "course").symlink_to(ROOT / "course", target_is_directory=True)
    scripts = [
        block.text.splitlines()
        for block in blocks(read(lesson, "zh"))  # test_every_lesson.py: English has the same
        if block.kind == "sh" and not block.remark.startswith("not run")
    ]
    if [line for lines in scripts for line in lines] == [f"python course/{lesson.name}/lesson.py"]:
        pytest.skip("its only command runs lesson.py, which the other tests do")
    for lines in scripts:
        script = "set -eu\n" + "\n".join(lines)
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=surroundings, capture_output=True, text=True)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
