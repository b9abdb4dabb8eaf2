"""Texts changed in a few places: other values, parts repeated, left out or torn."""

from __future__ import annotations

import json
import re

import numpy as np

VALUES = (
    *("0", "1", "2", "-1", "8", "24", "25", "1e300", "1e-300", "0.5", "true", "false", "[]", "{}", "[[]]", "9" * 30),
    *('""', '" "', '"a"', '"q1"', '"number"', '"total"', '"open"', '"date"', '"[1, 2, 30, 40]"', '["q1"]', '["17"]'),
    *('"' + "a" * 5_000 + '"', '"\\u202e\\u0007"', '"=1+1"', '"../../etc/passwd"', "[1, 2, 30, 40]", '"unsure"'),
)
"""What takes the place of a value, and is one in JSON and in TOML."""
ODD = (
    *(
        "1e400",
        "nan",
        "-inf",
        "null",
        "0x" + "f" * 3_600,
        "9" * 5_000,
        "1" * 400 + "e1",
        '"\\ud800"',
        "\ud800",
        "=1+1",
    ),
    *("1979-05-27", "07:32:00", "[" * 2_000, '{"a":' * 2_000, "a.b.c.d.e.f.g.h.i.j.k", "\0", "\ufeff", "\r", '"'),
)
"""The same, where it need not be one; or it is put anywhere."""


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Change a text in one to three places, JSON often in its values."""
    if content.startswith(b"{") and rng.random() < 0.7:
        return _with_other_values(content, rng)
    for _ in range(rng.integers(1, 4)):
        way = rng.integers(12)
        place = int(rng.integers(max(1, len(content))))
        some = VALUES if rng.random() < 0.7 else ODD
        extreme = some[rng.integers(len(some))].encode("utf-8", "surrogatepass")
        if way <= 6:  # another value
            found = list(re.finditer(rb'(?<=[ :=,\[])("[^"\n]*"|[-+0-9.e]+|true|false)|(?<=,)[^,\n]+', content))
            if found:
                chosen = found[rng.integers(len(found))]
                content = content[: chosen.start()] + extreme + content[chosen.end() :]
        elif way == 7:
            content = content[:place] + extreme + content[place:]
        elif way == 8:  # a part is repeated, maybe often
            part = content[place : place + int(rng.integers(1, 120))]
            content = content[:place] + part * int(rng.choice([1, 2, 300])) + content[place:]
        elif way == 9:
            content = content[:place] + content[place + int(rng.integers(1, 60)) :]
        elif way == 10:
            content = content[:place] + rng.bytes(int(rng.integers(1, 5))) + content[place + 1 :]
        else:  # lines or values change places
            joint = b"\n" if b"\n" in content[:-1] else b","
            parts = content.split(joint)
            first, second = rng.integers(len(parts), size=2)
            parts[first], parts[second] = parts[second], parts[first]
            content = joint.join(parts)
    return content


def _with_other_values(content: bytes, rng: np.random.Generator) -> bytes:
    """Replace some values of JSON, drop them, or put in more."""
    whole = json.loads(content)
    for _ in range(rng.integers(1, 4)):
        inside = [whole]
        for one in inside:
            children = one.values() if isinstance(one, dict) else one
            inside += [child for child in children if isinstance(child, dict | list) and child]
        chosen = inside[rng.integers(len(inside))]
        keys = list(chosen) if isinstance(chosen, dict) else list(range(len(chosen)))
        key, value = keys[rng.integers(len(keys))], json.loads(VALUES[rng.integers(len(VALUES))])
        way = rng.integers(6)
        if way == 0:
            del chosen[key]
        elif way == 1 and isinstance(chosen, list):
            chosen *= int(rng.choice([2, 300]))
        else:
            chosen[key] = value
        if not whole:
            break
    return json.dumps(whole).encode()
