"""Formulas of a worksheet are computed by the rules of spreadsheets."""

import datetime as dt
import re


class Wrong:
    """An error in a cell, which spoils whatever uses it."""

    def __le__(self, _):
        return self


class Letters(str):
    """A text in a cell; to subtract from it is an error."""

    __slots__ = ()

    def __sub__(self, _):
        return WRONG

    def __and__(self, text):
        return Letters(self + text)

    def __rand__(self, text):
        return Letters(text + self)


WRONG = Wrong()


def known(function):
    """Return a spreadsheet function that gives an error if any argument is an error."""
    return lambda *values: WRONG if any(value is WRONG for value in values) else function(*values)


def serial(moment):
    """Return the number that a spreadsheet has for a day or a time."""
    from openpyxl.utils.datetime import to_excel

    return to_excel(moment)


FUNCTIONS = {
    "IF": lambda test, yes, no: WRONG if test is WRONG else yes if test else no,
    "AND": known(lambda *tests: all(tests)),
    "OR": known(lambda *tests: any(tests)),
    "ABS": known(abs),
    "EXACT": known(lambda text, other: text == other),
    "ISNUMBER": lambda value: isinstance(value, int | float),
    "DATE": lambda *day: serial(dt.datetime(*day)),
    "TIME": lambda *time: serial(dt.time(*time)),
    "FIND": known(lambda text, within: within.index(text) + 1 if text in within else WRONG),
    "MAX": known(max),
    "MIN": known(lambda *values: min(values)),
    "SUM": known(lambda *values: sum(value for value in values if isinstance(value, int | float))),
}


def computed(sheet, formula):
    """Compute a formula of a worksheet, by the rules of spreadsheets."""
    cells = {}

    def value(match):
        found = sheet[match[0]].value
        if isinstance(found, str):
            found = computed(sheet, found) if found.startswith("=") else Letters(found)
        if isinstance(found, dt.date | dt.time):
            found = serial(found)
        cells[match[0]] = Letters() if found is None else found
        return match[0]

    parts = re.split(r'("(?:[^"]|"")*")', formula[1:])
    text = "".join(
        repr(part[1:-1].replace('""', '"')) if index % 2 else re.sub(r"\b[A-Z]+\d+\b", value, part)
        for index, part in enumerate(parts)
    )
    return eval(text, {"__builtins__": {}}, FUNCTIONS | cells)  # noqa: S307
