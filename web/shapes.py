"""The service's OpenAPI document becomes the TypeScript types of its answers, in `src/shapes.ts`.

The ranges of what a training may be asked for go along, and the tutorial's own numbers, as the recipes have them.

    python web/shapes.py            write them
    python web/shapes.py --check    fail where they are not what the service says

openapi-typescript (7.13.0) would do the same, but wants TypeScript 5, and the page is built with TypeScript 7. The
answers need nothing that these few lines do not do.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shuzi.service import app
from shuzi.service.api import reading, training
from shuzi.service.api.openapi import describe
from shuzi.training.recipes import RECIPES

TARGET = Path(__file__).parent / "src" / "shapes.ts"
HEAD = "/** Made by web/shapes.py from the service's OpenAPI document: change the service's schema instead. */\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
LONGEST_TUPLE = 4


def typed(schema: dict[str, Any]) -> str:
    """Return the type of a schema.

    >>> typed({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2})
    '[number, number]'
    >>> typed({"anyOf": [{"$ref": "#/components/schemas/Score"}, {"type": "null"}]})
    'Score | null'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for joined in ("anyOf", "oneOf"):
        if joined in schema:
            return " | ".join(dict.fromkeys(map(typed, schema[joined])))
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(each) for each in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "array":
        inner, low, high = typed(schema["items"]), schema.get("minItems"), schema.get("maxItems")
        if low is not None and low == high <= LONGEST_TUPLE:
            return f"[{', '.join([inner] * low)}]"
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema["type"] == "object":
        return f"Record<string, {typed(schema['additionalProperties'])}>"
    return PLAIN[schema["type"]]


def shape(name: str, schema: dict[str, Any]) -> str:
    """Return the interface of a named schema; what its fields mean stands in /docs, in both languages."""
    lines = [f"export interface {name} {{"]
    for field, each in schema["properties"].items():
        if each.get("deprecated"):  # the page comes with its service, and needs no old name
            continue
        # what is not required is left out of an answer, and never null
        needed = field in schema.get("required", [])
        kind = typed(each) if needed else typed(each).removesuffix(" | null")
        lines.append(f"  {field}{'' if needed else '?'}: {kind};")
    return "\n".join([*lines, "}\n"])


def shapes() -> str:
    """Return the whole file."""
    operations = [each for group in (reading, training, app) for each in group.operations.all]
    schemas = describe(operations)["components"]["schemas"]
    numbers = ranges(schemas["TrainingRequest"]["properties"])
    return "\n".join([HEAD, *(shape(name, each) for name, each in schemas.items()), numbers])


def ranges(asked: dict[str, Any]) -> str:
    """Return the constant that holds, for each number of a training, its least, its most and the tutorial's own."""
    lines = ["export const TRAINING = {"]
    for name, schema in asked.items():
        allowed = next((each for each in schema.get("anyOf", []) if "maximum" in each), None)
        if allowed is not None:
            least = allowed.get("minimum", allowed.get("exclusiveMinimum"))
            tutorial = getattr(RECIPES["softmax"], name)
            lines.append(f"  {name}: {{ least: {least:.0f}, most: {allowed['maximum']:.0f}, tutorial: {tutorial} }},")
    return "\n".join([*lines, "};\n"])


def main() -> None:
    """Write the file, or see whether it is as it should be."""
    made = shapes()
    if "--check" not in sys.argv:
        TARGET.write_text(made, "utf-8")
    elif TARGET.read_text("utf-8") != made:
        sys.exit("web/src/shapes.ts is not what the service says. Run: make shapes")


if __name__ == "__main__":
    main()
