"""The names that `shuzi` exports become a reference page; mkdocstrings adds their docstrings."""

from __future__ import annotations

import inspect

import shuzi

TITLE = {"en": "Python API", "zh": "Python 接口"}
INTRODUCTION = {
    "en": "Every public name; import them from `shuzi`. What is not on this page may change without notice.",
    "zh": "全部公开的名字，都从 `shuzi` 导入；不在这一页上的随时可能改动。说明取自源码，是英文的。",
}
SECTIONS = {
    "functions": {"en": "Functions", "zh": "函数"},
    "classes": {"en": "Classes", "zh": "类"},
    "errors": {"en": "Errors", "zh": "错误"},
}


def page(language: str) -> str:
    """List all public names, by kind, for mkdocstrings to describe."""
    names: dict[str, list[str]] = {kind: [] for kind in SECTIONS}
    for name in sorted(shuzi.__all__):
        names[_kind(getattr(shuzi, name))].append(name)
    parts = [f"# {TITLE[language]}", INTRODUCTION[language]]
    for kind, section in SECTIONS.items():
        parts.append(f"## {section[language]} {{ #{kind} }}")
        parts += [f"::: {_home(name)}" for name in names[kind]]
    return "\n\n".join(parts) + "\n"


def _kind(value: object) -> str:
    if not inspect.isclass(value):
        return "functions"
    return "errors" if issubclass(value, Exception) else "classes"


def _home(name: str) -> str:
    value = getattr(shuzi, name)
    return f"{value.__module__}.{value.__qualname__}"
