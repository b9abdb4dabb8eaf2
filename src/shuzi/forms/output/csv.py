"""A table becomes CSV for people: spreadsheets open it as it is."""

from __future__ import annotations

import csv
import io

from shuzi.forms.output.grades import heads_of, texts_of
from shuzi.forms.result import Row, Table
from shuzi.messages import say
from shuzi.messages.visible import neutral


def as_csv(table: Table) -> str:
    r"""Return a table as CSV (RFC 4180), with a byte order mark so that spreadsheets see that it is UTF-8.

    The last columns name the cells that are doubtful and the photographs of a row; those before say its version,
    if the sheet has several, and its points, if it is graded.

    >>> from shuzi.forms.result import Cell
    >>> from shuzi.forms.spec import Field
    >>> cells = {"id": Cell("007", "ok", 1.0), "q1": Cell("=1", "unsure", 0.5)}
    >>> table = Table("Scores", (Field("id"), Field("q1")), (Row(1, 0, cells),))
    >>> as_csv(table).splitlines()[1]
    '"007","\'=1","q1",""'
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # some spreadsheets take ; for the end of a cell too
    version = [say("form.version")] if table.versions else []
    names = (neutral(name) for name in (*(field.name for field in table.fields), *version, *heads_of(table)))
    writer.writerow([*names, say("form.doubtful"), say("form.photo")])
    for row in table.rows:
        texts = [neutral(row.cells[field.name].text) if field.name in row.cells else "" for field in table.fields]
        own = [neutral(row.version)] if table.versions else []
        writer.writerow([*texts, *own, *texts_of(table, row), neutral(_doubtful(row)), neutral(row.sources)])
    return text.getvalue()


def _doubtful(row: Row) -> str:
    return " ".join(name for name, cell in row.cells.items() if cell.doubtful)
