"""Values of each kind are read: dates, times, phones, cards, accounts; check digits and ranges choose, and doubt."""

import io
import tomllib
from datetime import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from shuzi.errors import DataError
from shuzi.forms.decide import BLANK_BOX, OTHER, decide, texts_of
from shuzi.forms.hands import images_in
from shuzi.forms.kinds import CARD, DATE, IBAN, KINDS, NUMBER, PHONE, TIME, Field
from shuzi.forms.layout import pages_of, separators
from shuzi.forms.notation import CHECKS, IBAN_LENGTHS, mod11
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, Row, Table
from shuzi.forms.spec import Spec, spec_of
from shuzi.forms.trace import as_toml
from shuzi.forms.xlsx import save_xlsx

WRITTEN = {  # published examples: of the IBAN registry, of GB 11643, of the ISBN manual, and a card for tests
    'born|kind = "date"\norder = "dmy"': "2004-03-05",
    'at|kind = "time"': "09:05",
    'phone|kind = "phone"\nboxes = 11': "01701234567",
    'card|kind = "card"\nboxes = 16': "5500000000000004",
    'account|kind = "iban"\ncountry = "DE"': "DE89370400440532013000",
    'resident|kind = "identifier"\nboxes = 18\ncheck = "resident-id"': "440524188001010014",
    'isbn|kind = "identifier"\nboxes = 13\ncheck = "isbn"': "9783161484100",
    f'nhs|kind = "identifier"\nboxes = 10\ncheck = "mod11"\nwith_x = false\nweights = {[*range(10, 0, -1)]}': (
        "9434765919"
    ),
}
NAMED = {key.split("|")[0]: text for key, text in WRITTEN.items()}
FIELDS = "\n".join('[[fields]]\nname = "{}"\n{}'.format(*key.split("|")) for key in WRITTEN)


@pytest.mark.parametrize("style", ["boxes", "open"])
def test_numbers_of_each_kind_are_read_from_a_photograph(spec, photo, reader, style):
    sheet = spec(f'title = "Numbers"\nstyle = "{style}"\n{FIELDS}')
    texts = NAMED | ({"born": "5.3.2004", "at": "9:05"} if style == "open" else {})
    taken = photo(sheet, {(0, name): text for name, text in texts.items()}, angle=15.0)
    cells = {name: cell for (_, name), cell in PageReader(sheet, reader).read(taken, "a.jpg").cells.items()}
    assert {name: cell.text for name, cell in cells.items() if cell.status == "ok"}.items() <= NAMED.items()
    assert sum(cell.text == NAMED[name] for name, cell in cells.items()) >= len(NAMED) - (style == "open")
    assert sum(cell.status == "ok" for cell in cells.values()) >= len(NAMED) // 2
    seen = images_in(cells["born"])  # in the order of the text, from which corrections are learned
    if len(seen) == len("20040305"):
        assert "".join(map(str, reader.classify_or_reject(seen)[0].argmax(axis=1))) == "20040305"
    file = io.BytesIO()
    save_xlsx(Table("Numbers", sheet.fields, (Row(1, 0, cells),)), file)
    first = openpyxl.load_workbook(file).worksheets[0]
    held = {cell.value: first.cell(2, cell.column).value for cell in first[1]}
    assert (held["at"], held["account"]) == (time(9, 5), cells["account"].text)


def test_what_is_printed_beside_the_boxes(spec):
    sheet = spec(f'title = "Numbers"\n{FIELDS}')
    printed = {
        placed.field.name: "".join(text.text for text in separators(placed, "zh"))
        for placed in pages_of(sheet)[0].fields
    }
    assert {name: signs for name, signs in printed.items() if signs} == {"born": "日月年", "at": ":", "account": "DE"}
    assert [field.groups for field in sheet.fields][3:5] == [(4, 4, 4, 4), (2, 4, 4, 4, 4, 2)]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('kind = "time"\nboxes = 6', ["boxes", "4"]),
        ('kind = "time"\npattern = "12:.*"', ["pattern", "time"]),
        ('kind = "identifier"\nboxes = 8\norder = "dmy"', ["order", "date"]),
        ('kind = "date"\norder = "dym"', ["dym", "dmy"]),
        ('kind = "iban"', ["country"]),
        ('kind = "iban"\ncountry = "GB"', ["GB", "DE"]),
        ('kind = "iban"\ncountry = "de"', ["de"]),
        ('kind = "iban"\ncountry = "DE"\nboxes = 22', ["boxes", "20"]),
        ('kind = "card"\nboxes = 11', ["boxes", "12", "19"]),
        ('kind = "card"\nboxes = 16\ncheck = "luhn"', ["check", "card"]),
        ('kind = "phone"\nboxes = 16', ["boxes", "15"]),
        ('kind = "phone"\nboxes = 11\nmin = 3', ["min", "phone"]),
        ('kind = "phone"\nboxes = 11\nlength = 4', ["length"]),
        ('kind = "card"\nboxes = 16\nlength = 11', ["length"]),
        ('kind = "phone"\nboxes = 11\npattern = "[1-3]{3}"', ["pattern"]),
        ('kind = "identifier"\nboxes = 5\nlength = 4\npattern = "[1-3]{3}"', ["pattern"]),
        ('kind = "card"\nboxes = 16\nkey = "12"', [" 12 "]),
        ('kind = "card"\nboxes = 16\nkey = "5500000000000005"', ["5500000000000005"]),
        ('kind = "identifier"\nboxes = 5\nlength = 4\nkey = "123"', [" 123 "]),
        ('kind = "phone"\nboxes = 11\nkey = "0170-1234567"', [" 0170-1234567 ", " 01701234567."]),
        ('kind = "iban"\ncountry = "DE"\nkey = "89370400440532013000"', ["DE89370400440532013000"]),
        ('kind = "iban"\ncountry = "DE"\nkey = "DE89370400440532013001"', ["check digit"]),
        ('kind = "identifier"\nboxes = 5\nkey = "-5"', [" -5 ", " 5."]),
        ('kind = "identifier"\nboxes = 5\nkey = ["15", "1.5"]', [" 1.5 ", " 15."]),
        ('boxes = 11\ncheck = "luhn"\nkey = 79927398710', ["79927398710", "check digit"]),
        ("boxes = 2\nmax = 20\nkey = 25", [" 25 ", "range"]),
        ("boxes = 3\npattern = '[1-4].*'\nkey = 512", [" 512 ", "pattern"]),
        ('boxes = 3\namong = ["120", "125"]\nkey = 121', [" 121 ", "list"]),
        ('boxes = 13\ncheck = "isbn"\nlength = 11', ["length 11"]),
        ('boxes = 20\ncheck = "resident-id"\nlength = 19', ["length 19"]),
        ('boxes = 3\ncheck = "mod11"\nweights = [3, 2, 1]\nlength = 2', ["length 2"]),
        ('boxes = 3\ncheck = "luhn"\nlength = 1', ["length 1"]),
        ("boxes = 13\ncheck = 'isbn'\npattern = '\\d{12}'", ["pattern"]),
        ("boxes = 3\ndecimals = 2\nlength = 2", ["length"]),
        ("boxes = 3\nlength = 2\nmin = 100", ["min"]),
        ("boxes = 3\nweights = [3, 2, 1]", ["weights", "mod11"]),
        ('kind = "identifier"\nboxes = 3\ncheck = "mod11"\nweights = [3, 2]', ["weights", "3"]),
        ('kind = "identifier"\nboxes = 3\ncheck = "mod11"\nweights = [3, 2, 0]', ["weights"]),
        ('kind = "identifier"\nboxes = 22\ncheck = "iban"', ["check", "iban"]),
    ],
)
def test_a_mistake_names_line_and_field(spec, field, words):
    with pytest.raises(DataError) as found:
        spec(f'title = "Numbers"\n[[fields]]\nname = "n1"\n{field}\n')
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in ["line ", "field n1", *words]), sentence


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('kind = "identifier"\nboxes = 8\norder = "dmy"', ["order", '"identifier"', "Kinds that can: date."]),
        ('boxes = 2\noptions = ["a"]', ["options", '"number"', "Kinds that can: tick."]),
        ('kind = "tick"\noptions = ["a"]\nlength = 1', ["length", "number, identifier, phone, card."]),
        ("kind = 3\nboxes = 2", ["kind", "3", "number, identifier, date"]),
        ("kind = []\nboxes = 2", ["kind", "[]", "number, identifier, date"]),
    ],
)
def test_a_key_of_another_kind_names_the_kinds_that_have_it(spec, field, words):
    with pytest.raises(DataError) as found:
        spec(f'title = "Numbers"\n[[fields]]\nname = "n1"\n{field}\n')
    sentence = found.value.sentence("en")
    assert all(word in sentence for word in ["line ", "field n1", *words]), sentence


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ('boxes = 10\ncheck = "isbn"', "306406152"),  # with the zero that is written before it
        ("boxes = 3\nlength = 3", "7"),
        ('boxes = 3\namong = ["007", "12"]', "7"),
        ("boxes = 3\npattern = '0\\d\\d'", '"42"'),
        ("boxes = 3\ndecimals = 1\npattern = '0\\d.5'", '"7.5"'),
        ("boxes = 2\nmax = 20\ntolerance = 3", "22"),
        ('kind = "date"\norder = "dmy"', "2004-03-05"),
        ('kind = "iban"\ncountry = "DE"', '"DE89370400440532013000"'),
        ('kind = "identifier"\nboxes = 10\ncheck = "isbn"', '"080442957X"'),
    ],
)
def test_a_key_that_some_answer_meets_is_taken(spec, field, key):
    (read,) = spec(f'title = "Exam"\n[[fields]]\nname = "n1"\n{field}\nkey = {key}\n').fields
    assert read.key


@pytest.mark.parametrize(
    ("field", "written", "text"),
    [
        (Field("a", kind=DATE, boxes=8, order="dmy"), "5.3.2004", "2004-03-05"),
        (Field("a", kind=DATE, boxes=8, order="mdy"), "03/05/2004", "2004-03-05"),
        (Field("a", kind=DATE, boxes=8), "2004-3-5", "2004-03-05"),
        (Field("a", kind=DATE, boxes=8), "20040305", "2004-03-05"),
        (Field("a", kind=TIME, boxes=4), "9:05", "09:05"),
        (Field("a", kind=TIME, boxes=4), "23.59", "23:59"),
        (Field("a", kind=PHONE, boxes=11), "0170-1234567", "01701234567"),
        (Field("a", kind=CARD, boxes=16), "5500-0000-0000-0004", "5500000000000004"),
        (Field("a", kind=IBAN, boxes=20, country="DE"), "89370400440532013000", "DE89370400440532013000"),
        (Field("a", boxes=4, decimals=1), "17,5", "17.5"),
    ],
)
def test_what_people_write_without_boxes_fits_and_is_put_into_one_form(field, written, text):
    pattern = field.line_pattern()
    assert pattern.accepts(written)
    assert field.text_in_a_line(written) == text
    assert not field.broken(text)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (Field("a", kind=DATE, boxes=8, order="dmy"), "2004-03-05"),
        (Field("a", kind=DATE, boxes=8), "5.3.2004"),
        (Field("a", kind=DATE, boxes=8), "2004-13-05"),
        (Field("a", kind=TIME, boxes=4), "905"),
        (Field("a", kind=TIME, boxes=4), "24:00"),
        (Field("a", kind=TIME, boxes=4), "9:5"),
        (Field("a", kind=PHONE, boxes=11), "0170"),
        (Field("a", kind=IBAN, boxes=20, country="DE"), "8937040044053201300"),
        (Field("a", boxes=4, decimals=1), "175"),
    ],
)
def test_what_can_be_taken_in_two_ways_or_is_none_does_not_fit(field, written):
    assert not field.line_pattern().accepts(written)
    assert field.broken(field.text_in_a_line(written)) or field.kind == DATE


def test_the_search_finds_a_day_however_unlikely_the_digits_are_on_the_way():
    # in each box, five digits that make no day are likelier than those of one
    likely = np.full((8, 12), 1e-9)
    likely[:, 4:9] = 0.19
    for index, digit in enumerate("20010213"):
        likely[index, int(digit)] = 0.05
    likely[:, BLANK_BOX] = 1e-9
    field = Field("day", kind=DATE, boxes=8, order="ymd")
    found = [text for text, _ in texts_of(field, likely / likely.sum(axis=1, keepdims=True)).texts]
    assert any(not field.broken(text) for text in found)


def test_an_account_too_long_for_upright_paper_fits_across_it():
    def pages(country, **paper):
        field = Field("a", kind=IBAN, boxes=IBAN_LENGTHS[country] - 2, country=country)
        return pages_of(Spec("", (field,), **paper))

    for country, length in IBAN_LENGTHS.items():
        assert pages(country, landscape=True)
        if length >= 24:
            with pytest.raises(DataError, match="landscape = true"):
                pages(country)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(TIME, "０９:０５"), (DATE, "2024-W01-1"), (DATE, "２０２４-０１-０１"), (NUMBER, "７"), (NUMBER, "1_0")],
)
def test_what_is_a_value_only_to_python_is_text(kind, text):
    field = Field("a", kind=kind, boxes=8, points=2.0)
    assert field.broken(text) == kind
    assert field.earned(text) == 0
    file = io.BytesIO()
    save_xlsx(Table("", (field,), (Row(1, 0, {"a": Cell(text, "ok", 1.0)}),)), file)
    assert openpyxl.load_workbook(file).active["A2"].value == text


def read(text):
    """Return the spec of a traced form."""
    return spec_of(text, Path("card.toml"), lambda *_: b"a picture")


EVERY_KEY = """
name = "n"
label = "Length"
kind = "number"
boxes = 4
decimals = 1
style = "comb"
required = true
length = 3
min = 1
max = 90
among = ["10.1"]
pattern = "\\\\d+\\\\.\\\\d"
unique = true
total = true
points = 4
key = [10.1]
tolerance = 0.1
half_tolerance = 0.5
|
name = "id"
kind = "identifier"
boxes = 4
check = "mod11"
weights = [4, 3, 2, 1]
with_x = false
|
name = "sum"
boxes = 4
decimals = 1
sum_of = ["n"]
|
name = "day"
kind = "date"
order = "dmy"
|
name = "account"
kind = "iban"
country = "DE"
|
name = "colours"
kind = "tick"
options = ["red", "blue"]
choose = "any"
required = true
points = 2
key = ["red", "blue"]
partial = true
"""


def test_a_traced_form_keeps_every_key_of_a_field():
    tables = ["[[fields]]\n" + part.strip() + "\n" for part in EVERY_KEY.split("|")]
    places = ["[10, 20, 160, 8]"] * (len(tables) - 1) + ["[[10, 20, 8, 8], [30, 20, 8, 8]]"]
    text = "".join(f"{table}at = {place}\n" for table, place in zip(tables, places, strict=True))
    form = read(f'title = "Card"\nblank = "card.png"\n{text}')
    # those of printed sheets have no place on a traced form
    used = {key for table in tomllib.loads(text)["fields"] for key in table}
    keys = {key for own in KINDS.values() for key in own.declared.keys}
    assert used == keys - {
        "column",
        "once",
        "among_column",
        "name_column",
    }
    assert read(as_toml(form, "card.png")).fields == form.fields


def test_a_traced_form_keeps_what_its_fields_are():
    drawn = FIELDS.replace("[[fields]]", "at = [10, 20, 160, 8]\n[[fields]]").removeprefix("at = [10, 20, 160, 8]\n")
    graded = '[[fields]]\nname = "q"\nboxes = 2\nkey = [7, 8]\npoints = 3\ntolerance = 1\nunique = true\n'
    form = read(f'title = "Card"\nblank = "card.png"\n{drawn}\nat = [10, 20, 160, 8]\n{graded}at = [10, 40, 20, 8]\n')
    assert read(as_toml(form, "card.png")).fields == form.fields


VALID = {
    # ISO/IEC 7812-1's example, and numbers that banks publish for tests
    "luhn": ["79927398713", "4111111111111111", "5500000000000004", "340000000000009", "18"],
    # the ISBN manual's examples, and one of ten characters that ends in X
    "isbn": ["9780306406157", "9783161484100", "0306406152", "080442957X"],
    "mod11": ["0306406152", "080442957X", "19"],
    # GB 11643-1999's examples, and a leap day
    "resident-id": ["11010519491231002X", "440524188001010014", "110105200002290064"],
    # the examples of the IBAN registry
    "iban": [
        "AT611904300234573201",
        "BE68539007547034",
        "CZ6508000000192000145399",
        "DE89370400440532013000",
        "DK5000400440116243",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "GB29NWBK60161331926819",
        "HR1210010051863000160",
        "HU42117730161111101800000000",
        "NO9386011117947",
        "PL61109010140000071219812874",
        "PT50000201231234567890154",
        "SE4550000000058398257466",
    ],
}
EACH = pytest.mark.parametrize(("method", "text"), [(method, text) for method in VALID for text in VALID[method]])


@EACH
def test_a_right_number_passes_and_one_with_any_wrong_digit_does_not(method, text):
    check = CHECKS[method].passes
    assert check(text)
    for index, character in enumerate(text):
        last_may_be_x = CHECKS[method].with_x and index == len(text) - 1 and len(text) != 13
        for wrong in "0123456789" + ("X" if last_may_be_x else ""):
            if wrong != character:
                assert not check(text[:index] + wrong + text[index + 1 :])


@EACH
def test_what_is_no_such_number_does_not_pass(method, text):
    check = CHECKS[method].passes
    assert not check("")
    assert not check(text[:-1] + "x")
    assert not check("X" + text[1:])
    assert not check(text[:-1] + " ")
    assert not check(text[: CHECKS[method].lengths[0] - 1])
    if method in ("isbn", "resident-id"):
        assert not check("0" + text)


def test_only_isbns_of_thirteen_end_in_a_digit_always():
    assert not CHECKS["isbn"].passes("978030640615X")
    assert not CHECKS["luhn"].passes("7992739871X")
    assert not CHECKS["isbn"].passes("4006381333931")  # the code of an article that is not a book


@pytest.mark.parametrize("text", VALID["iban"])
def test_digits_of_an_iban_that_changed_places_are_noticed(text):
    for index in range(2, len(text) - 1):
        first, second = text[index : index + 2]
        if first != second:
            assert not CHECKS["iban"].passes(text[:index] + second + first + text[index + 2 :])


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("9434765919", (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)),  # a number of the NHS, from its data dictionary
        ("111222333", (9, 8, 7, 6, 5, 4, 3, 2, -1)),  # of the Netherlands' citizens, for tests
        ("86011117947", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)),  # the account of the IBAN registry's example for Norway
    ],
)
def test_modulus_11_takes_the_weights_of_many_numbers(text, weights):
    assert mod11(text, weights)
    for index, digit in enumerate(text):
        others = (text[:index] + other + text[index + 1 :] for other in "0123456789" if other != digit)
        assert not any(mod11(other, weights) for other in others)
    assert not mod11(text + "0", weights)


def test_an_x_may_be_ruled_out():
    assert mod11("080442957X")
    assert not mod11("080442957X", with_x=False)


def by_recursion(digits):
    """Return the check character by the recursive definition of ISO 7064 MOD 11-2, which needs no weights."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


@pytest.mark.parametrize("day", ["19490101", "20000229", "20240229"])
def test_a_resident_may_be_born_on_any_day_there_was(day):
    first = f"987654{day}321"
    assert CHECKS["resident-id"].passes(first + by_recursion(first))


@pytest.mark.parametrize("day", ["19491331", "19490230", "20010229", "19000229", "19490001", "19490100"])
def test_a_resident_was_born_on_a_day_that_there_was(day):
    first = f"110105{day}002"
    assert not CHECKS["resident-id"].passes(first + by_recursion(first))


def test_every_wrong_digit_of_an_account_is_noticed():
    field = Field("a", kind=IBAN, boxes=20, country="DE", check="iban")
    text = "DE89370400440532013000"
    for index in range(2, len(text)):
        for digit in set("0123456789") - {text[index]}:
            wrong = text[:index] + digit + text[index + 1 :]
            cell = decide(field, [(wrong, 0.999)])
            assert (cell.status, cell.rule) == ("unsure", "check")
    assert decide(field, [(text, 0.999)]).status == "ok"


def box(digit, probability=1.0):
    found = np.full(12, 1e-5)
    found[digit] = probability
    assert digit not in (BLANK_BOX, OTHER)
    return found


def decided(field, *boxes):
    probabilities = np.array(boxes)
    found = texts_of(field, probabilities / probabilities.sum(axis=1, keepdims=True))
    return decide(field, found.texts, found)


def traced_field(field):
    text = f'title = "Card"\nblank = "card.png"\n[[fields]]\nname = "n1"\n{field}\nat = [10, 20, 160, 8]\n'
    return spec_of(text, Path("card.toml"), lambda *_: b"a picture")


def test_a_year_that_the_pen_cannot_mean_is_not_read():
    seven_or_one = box(7, 0.6) + box(1, 0.4)
    boxes = [seven_or_one, *map(box, (9, 8, 7, 0, 6, 1, 2))]
    day = Field("day", kind=DATE, boxes=8)
    cell = decided(day, *boxes)
    assert (cell.text, cell.status) == ("1987-06-12", "ok")
    # what is surely written stays, in doubt
    cell = decided(day, box(1), box(8), *boxes[2:])
    assert (cell.text, cell.status, cell.rule) == ("1887-06-12", "unsure", "range")
    assert "1887-06-12" in decided(day, box(1), box(8, 0.9) + box(9, 0.1), *boxes[2:]).message
    old = Field("day", kind=DATE, boxes=8, earliest="1800-01-01", latest="1899-12-31")
    assert decided(old, box(1), box(8), *boxes[2:]).status == "ok"


def test_a_range_of_days_is_kept_to_the_day():
    field = Field("day", kind=DATE, boxes=8, earliest="2026-01-01", latest="2026-06-30")
    digits = [box(2), box(0), box(2), box(6, 0.4) + box(8, 0.6), *map(box, (0, 6, 3, 0))]
    assert decided(field, *digits).text == "2026-06-30"
    assert decided(field, *digits[:4], *map(box, (0, 7, 0, 1))).rule == "range"


@pytest.mark.parametrize("order", ["ymd", "dmy", "mdy"])
def test_without_boxes_only_years_of_the_range_are_sought(order):
    text = {"ymd": "{}.5.3", "dmy": "3.5.{}", "mdy": "5.3.{}"}[order]
    usual = Field("day", kind=DATE, boxes=8, order=order).line_pattern()
    old = Field("day", kind=DATE, boxes=8, order=order, earliest="1700-01-01", latest="1899-12-31").line_pattern()
    any_year = Field("day", kind=DATE, boxes=8, order=order, earliest="0001-01-01").line_pattern()
    answers = [[form.accepts(text.format(year)) for form in (usual, old, any_year)] for year in (1987, 1789, 7987)]
    assert answers == [[True, False, True], [False, True, True], [False, False, True]]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ('kind = "date"\nmin = 1990', ["line 6", "min", "2000-01-31"]),
        ('kind = "date"\nmax = "2026-12-31"', ["max", "2000-01-31"]),
        ('kind = "date"\nmin = 2026-01-01T00:00:00', ["min", "2000-01-31"]),
        ('kind = "date"\nmin = 2026-01-02\nmax = 2026-01-01', ["line 7"]),
        ('kind = "date"\nmin = 2100-01-01', ["line 6", "2099-12-31"]),
        ('kind = "date"\nmin = 2000-01-01\nkey = 1999-12-31', ["1999-12-31"]),
        ("boxes = 3\nmin = 2000-01-31", ["min", "date"]),
        ('kind = "time"\nmin = 9', ["min"]),
        ("boxes = 3\nmin = nan", ["min"]),
    ],
)
def test_a_wrong_range_names_line_and_key(field, words):
    with pytest.raises(DataError) as found:
        traced_field(field)
    assert all(word in str(found.value) for word in words), found.value


def test_a_traced_form_keeps_the_range_of_a_date():
    form = traced_field('kind = "date"\nmin = 1850-01-01\nmax = 1900-12-31')
    assert (form.fields[0].earliest, form.fields[0].latest) == ("1850-01-01", "1900-12-31")
    assert spec_of(as_toml(form, "card.png"), Path("card.toml"), lambda *_: b"a picture").fields == form.fields
