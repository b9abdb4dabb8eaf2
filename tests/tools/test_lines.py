import importlib.util
from pathlib import Path

spec = importlib.util.spec_from_file_location("lines", Path(__file__).parents[2] / "tools/lines.py")
lines = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lines)

SOURCE = '''"""Two lines
of docstring."""

SIZE = 3, -0.5
IS_ON: bool = True


def half():
    """One."""
    return 0.5
'''


def test_docstrings_and_numbers_of_constants_are_counted():
    assert lines.counts_of("src/shuzi/ink/a.py", SOURCE) == [1, 10, 3, 2]
    assert lines.counts_of("web/src/a.tsx", "a\nb\n") == [1, 2, 0, 0]


def test_packages_are_those_of_the_product_and_tests_are_none():
    assert [lines.package_of(name) for name in ("src/shuzi/ink/a.py", "src/shuzi/a.py", "web/src/b/c.ts")] == [
        "ink",
        "shuzi",
        "page",
    ]
    assert not any(map(lines.is_counted, ("web/src/a.test.ts", "tests/a.py", "web/tests/a.ts")))
