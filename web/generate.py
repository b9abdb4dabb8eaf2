"""What the page shares with Python becomes TypeScript in `src/generated`.

That is the types of the service's answers, constants, and the numbers of .onnx files: those that the page uses.

python web/generate.py            write the files
python web/generate.py --check    fail if one is out of date
"""

import re
import sys
from pathlib import Path

from constants import CONSTANTS, constants
from onnx_fields import onnx_fields
from shapes import shapes

WEB = Path(__file__).parent
FOLDER = WEB / "src" / "generated"
USERS = "src", "package", "build", "tests"
IMPORT = re.compile(r"""(?:import|export)(?: type)? \{([^}]*)\} from "[^"]*generated/""")


def main() -> None:
    """Write the files, or check that they are up to date."""
    used = names_used()
    made = {"shapes": shapes(used), "onnx": onnx_fields()} | {
        name: constants(modules, used) for name, modules in CONSTANTS.items()
    }
    files = {FOLDER / f"{name}.ts": text for name, text in made.items()}
    old = {path: path.read_text("utf-8") for path in FOLDER.rglob("*.ts")}
    if "--check" in sys.argv:
        if old != files:
            differing = sorted(path.name for path in old.keys() | files if old.get(path) != files.get(path))
            sys.exit(f"web/src/generated is not what Python says ({', '.join(differing)}). Run: make generated")
        return
    for path in old.keys() - files:
        path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if old.get(path) != text:
            path.write_text(text, "utf-8")


def names_used() -> set[str]:
    """Return every name that the page's own files import from the generated ones."""
    paths = [path for user in USERS for path in (WEB / user).rglob("*.ts*")]
    texts = [path.read_text("utf-8") for path in paths if path.suffix in (".ts", ".tsx")]
    imports = [names for text in texts for names in IMPORT.findall(text)]
    return {name for names in imports for name in re.findall(r"\w+", names)}


if __name__ == "__main__":
    main()
