"""The ready specs of forms become the PDFs that ship beside them: run it after a change of a spec or of the sheets.

    python tools/ready_forms.py

It needs a Chinese font, such as Debian's fonts-noto-cjk; a subset of it is embedded.
"""

from shuzi.forms.sheet import FOLDER, make_sheet
from shuzi.forms.spec import read_spec

if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.toml")):
        pages = make_sheet(read_spec(path), path.with_suffix(".pdf"))
        print(f"{path.with_suffix('.pdf').name}: {pages}")
