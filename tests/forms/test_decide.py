"""The rules of fields decide between probable texts; what is far apart is not joined."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pytest

from shuzi.forms.boxes import Cut
from shuzi.forms.decide import BLANK_BOX, OTHER, apply_sums, decide, texts_of
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import DATE, IDENTIFIER, Field
from shuzi.forms.layout import PlacedField
from shuzi.forms.read import read_open
from shuzi.forms.result import Cell, Row, Table
from shuzi.ink.boxes import Box
from shuzi.reading.result import OK, UNSURE


def box(digit=None, share=1.0, empty=0.0, other=0.0):
    found = np.full(12, 1e-5)
    if digit is not None:
        found[digit] = share
    found[BLANK_BOX], found[OTHER] = max(empty, 1e-5), max(other, 1e-5)
    return found / found.sum()


def decided(field, *boxes):
    found = texts_of(field, np.array(boxes))
    return decide(field, found.texts, found)


SURE = [box(1), box(2), box(3)]


@pytest.mark.parametrize(
    ("field", "boxes"),
    [
        # a speck may be a 1, or nothing
        (Field("a", boxes=1, maximum=9), [box(1, 0.7, empty=0.3)]),
        (Field("a", IDENTIFIER, boxes=4, among=("123", "1231")), [*SURE, box(1, 0.7, empty=0.3)]),
        # a digit that was crossed out
        (Field("a", boxes=2, maximum=99), [box(1), box(7, 0.6, other=0.4)]),
        (Field("a", IDENTIFIER, boxes=4, among=("1231", "1232")), [*SURE, box(1, 0.01, other=0.99)]),
    ],
)
def test_a_rule_does_not_settle_what_it_says_nothing_about(field, boxes):
    assert decided(field, *boxes).status == "unsure"


def test_a_rule_still_settles_what_it_is_about():
    assert decided(Field("a", boxes=2, maximum=20), box(1), box(7)).status == "ok"
    among = Field("a", IDENTIFIER, boxes=4, among=("1237", "4560"))
    assert decided(among, *SURE, box(1, 0.6, other=0.4)).text == "1237"
    assert decided(among, *SURE, box(7)).status == "ok"


def test_a_pattern_chooses_between_texts_and_what_does_not_fit_is_unsure():
    field = Field("a", IDENTIFIER, boxes=4, pattern=r"[1-5]\d{3}")
    either = box(7, 0.6)
    either[1] = 0.39
    cell = decided(field, either, box(2), box(3), box(7))
    assert (cell.text, cell.status) == ("1237", "ok")
    cell = decided(field, box(7), box(2), box(3), box(7))
    assert (cell.text, cell.status, cell.rule) == ("7237", "unsure", "pattern")
    assert cell.message
    with_point = Field("a", boxes=3, decimals=1, pattern=r"\d\d\.[05]")
    assert decided(with_point, box(1), box(2), box(5)).text == "12.5"
    assert decided(with_point, box(1), box(2), box(3)).rule == "pattern"


def test_a_date_without_the_zeros_of_month_and_day_is_that_date():
    boxes = [box(2), box(0), box(2), box(6), box(empty=1.0), box(1), box(5), box(empty=1.0)]
    cell = decided(Field("day", kind=DATE, boxes=8), *boxes)
    assert (cell.text, cell.status) == ("2026-01-05", "ok")
    gap = [*boxes[:2], box(empty=1.0), *boxes[3:]]
    assert decided(Field("day", kind=DATE, boxes=8), *gap).status == "unsure"


def test_a_text_with_a_box_that_nobody_could_read_is_offered_to_nobody():
    field = Field("a", kind=IDENTIFIER, boxes=2)
    cell = decided(field, box(1, 0.6, other=0.39), box(9))
    assert (cell.text, cell.alternatives[1][0]) == ("19", "?9")
    assert "?" not in cell.message
    # the next one is offered
    cell = decided(field, box(1, 0.5, other=0.3) + 0.2 * box(7), box(9))
    assert cell.alternatives[1][0] == "?9"
    assert "79" in cell.message


def test_a_number_that_is_not_on_its_list_names_the_nearest_that_are():
    field = Field("id", IDENTIFIER, boxes=8, among=("19991112", "20232002", "20232011", "5"))
    cell = decided(field, *(box(int(digit)) for digit in "20737002"))
    assert (cell.status, cell.rule) == ("unsure", "among")
    assert [text for text, _ in cell.alternatives] == ["20737002", "20232002", "20232011", "19991112"]
    assert all(text in cell.message for text in ("20232002", "20232011"))


@pytest.mark.parametrize(("share", "listed"), [(0.985, 0.012), (0.95, 0.036)])
def test_a_clear_number_one_digit_off_the_list_does_not_become_another_person(share, listed):
    field = Field("id", IDENTIFIER, boxes=8, among=("20231036", "20249999"))
    clear = box(4, share)
    clear[3] = listed
    cell = decided(field, box(2), box(0), box(2), clear, box(1), box(0), box(3), box(6))
    assert (cell.text, cell.status, cell.rule) == ("20241036", "unsure", "among")
    assert "20231036" in cell.message
    missing = decided(field, *(box(int(digit)) for digit in "2023103"), box(6, 0.01, empty=0.99))
    assert missing.status == "unsure"


@pytest.mark.parametrize("beside", [box(empty=0.7, other=0.3), box(1, 0.01, other=0.99)], ids=["residue", "struck"])
def test_a_list_makes_no_digit_of_what_is_none(beside):
    field = Field("id", IDENTIFIER, boxes=4, among=("4123", "5560"))
    assert decided(field, beside, *SURE).status == "unsure"


def test_a_box_that_may_be_either_of_two_digits_is_read_from_the_list():
    field = Field("id", IDENTIFIER, boxes=8, among=("20232002", "20737042"))
    either = box(7, 0.5)
    either[2] = 0.5
    boxes = [box(2), box(0), either, box(3), either, box(0), box(0), box(2)]
    cell = decided(field, *boxes)
    assert (cell.text, cell.status) == ("20232002", "ok")  # it would hardly be on the list by chance
    assert decided(Field("id", IDENTIFIER, boxes=8), *boxes).status == "unsure"


@pytest.mark.parametrize(
    ("field", "text", "other"),
    [
        (Field("a", boxes=2, maximum=20), "17", "77"),
        (Field("a", boxes=2, minimum=50), "77", "17"),
        (Field("a", IDENTIFIER, boxes=2, check="luhn"), "18", "19"),
        (Field("a", IDENTIFIER, boxes=2, digits=2), "17", "1"),
    ],
    ids=["most", "least", "check", "digits"],
)
def test_any_rule_alone_settles_a_doubt(field, text, other):
    assert decide(field, [(text, 0.6), (other, 0.4)]).status == "ok"
    assert decide(Field("a", field.kind, boxes=2), [(text, 0.6), (other, 0.4)]).status == "unsure"


def test_what_only_a_check_digit_chose_is_unsure_and_says_what_was_read():
    card = Field("card", kind=IDENTIFIER, boxes=11, check="luhn")
    cell = decide(card, [("79927398710", 0.9), ("79927398713", 0.099)])
    assert (cell.text, cell.status) == ("79927398713", "unsure")
    assert "79927398710" in cell.message
    cell = decide(card, [("79927398710", 1.0)])
    assert (cell.status, cell.rule) == ("unsure", "check")


def test_a_check_digit_makes_a_number_only_as_sure_as_chance_allows():
    # of ten wrong numbers one passes too, whatever the other texts that were listed are
    for share in (0.3, 0.5, 0.6, 0.9, 0.99):
        cell = decide(Field("card", kind=IDENTIFIER, boxes=2, check="luhn"), [("18", share), ("19", 1 - share)])
        assert cell.text == "18"
        assert cell.confidence <= share / (share + (1 - share) / 10) + 1e-9


def test_a_number_with_any_digit_misread_surely_is_never_ok():
    valid = "79927398713"
    card = Field("card", kind=IDENTIFIER, boxes=11, check="luhn")
    for index, digit in enumerate(valid):
        for wrong in set(range(10)) - {int(digit)}:
            boxes = [box(int(each)) for each in valid]
            boxes[index] = box(wrong, 0.95)
            boxes[index][int(digit)] = 0.04
            boxes[index] /= boxes[index].sum()
            assert decided(card, *boxes).status == "unsure"


def test_a_field_that_must_be_filled_is_doubtful_where_it_is_surely_blank():
    cell = decide(Field("a", boxes=1, required=True), [("", 1.0)])
    assert (cell.status, cell.rule) == ("unsure", "required")


def test_the_probabilities_of_a_cell_are_those_of_bayes_theorem():
    # a text that breaks the rule, by a writer who keeps it with 0.98: 0.6 times 0.02/0.98
    cell = decide(Field("a", boxes=1, maximum=5), [("7", 0.6), ("", 0.3), ("1", 0.1)])
    whole = 0.1 + 0.3 + 0.6 * 0.02 / 0.98
    assert dict(cell.alternatives) == pytest.approx({"1": 0.1 / whole, "": 0.3 / whole})


def test_what_a_sum_chooses_is_as_probable_as_it_is_among_what_adds_up():
    fields = [Field("a", boxes=1), Field("b", boxes=1), Field("all", boxes=2, sum_of=("a", "b"))]
    either = Cell("1", UNSURE, 0.6, alternatives=(("1", 0.6), ("7", 0.4)))
    cell = apply_sums(fields, {"a": either, "b": Cell("2", OK, 1.0), "all": Cell("9", OK, 1.0)})["a"]
    # 7 adds up; that the writer erred and wrote 1 has 0.6 times 0.02/0.98, a tenth of which look like a sum
    right = 0.4 / (0.4 + 0.6 * 0.02 / 0.98 * 0.1)
    assert dict(cell.alternatives) == pytest.approx({"7": right, "1": 1 - right})
    assert cell.confidence == cell.alternatives[0][1]


@pytest.mark.parametrize(("share", "other"), [(0.99, 0.005), (0.95, 0.03)])
def test_a_sum_that_does_not_fit_makes_no_text_of_what_is_clear(share, other):
    fields = [Field("a", boxes=1), Field("b", boxes=1), Field("all", boxes=2, sum_of=("a", "b"))]
    clear = Cell("1", OK, share, alternatives=(("1", share), ("7", other)))
    cells = apply_sums(fields, {"a": clear, "b": Cell("2", OK, 1.0), "all": Cell("9", OK, 1.0)})
    assert [(cell.text, cell.status, cell.rule) for cell in cells.values()] == [
        (text, UNSURE, "sum") for text in ("1", "2", "9")
    ]
    table = Table("Sums", tuple(fields), (Row(1, 0, cells),))
    for message in (table.message_of(table.rows[0], "a"), table.as_dict()["rows"][0]["cells"]["all"]["message"]):
        assert re.findall(r"\d+", message) == ["3", "9"]


@pytest.mark.parametrize(("share", "status"), [(0.95, "unsure"), (0.99, "blank")])
def test_a_blank_has_to_be_surer_than_a_text_in_a_sum_too(share, status):
    fields = [Field("a", boxes=1), Field("b", boxes=1), Field("all", boxes=2, sum_of=("a", "b"))]
    blank = Cell("", UNSURE, share, alternatives=(("", share), ("0", 1 - share)))
    cells = apply_sums(fields, {"a": blank, "b": Cell("2", OK, 1.0), "all": Cell("2", OK, 1.0)})
    assert (cells["a"].text, cells["a"].status) == ("", status)


def test_a_sum_leaves_a_cell_that_breaks_a_rule_of_its_own_as_it_is():
    fields = [Field("a", boxes=1, maximum=5), Field("b", boxes=1), Field("all", boxes=2, sum_of=("a", "b"))]
    broken = Cell("7", UNSURE, 0.9, "range", (("7", 0.9),))
    row = {"a": broken, "b": Cell("2", OK, 1.0), "all": Cell("9", OK, 1.0)}
    assert apply_sums(fields, row)["a"] == broken


def test_a_sum_raises_nothing_where_a_check_digit_chose_one_of_its_cells():
    total = Field("all", boxes=2, check="luhn", sum_of=("a", "b"))
    fields = [Field("a", boxes=1), Field("b", boxes=1), total]
    unsure = decide(fields[0], [("5", 0.6), ("9", 0.4)])
    row = {"a": unsure, "b": Cell("9", OK, 1.0)}
    chosen = decide(total, [("19", 0.9), ("18", 0.099)])
    assert (chosen.text, chosen.status) == ("18", UNSURE)
    found = apply_sums(fields, row | {"all": chosen})
    assert (found["all"].status, found["a"].text, found["a"].status) == (UNSURE, "5", UNSURE)
    # where 18 was read and passes as well, the sum is further evidence
    found = apply_sums(fields, row | {"all": decide(total, [("18", 0.99), ("19", 0.01)])})
    assert (found["all"].status, found["a"].text, found["a"].status) == (OK, "9", OK)
    # a sum that does not fit is still named
    assert apply_sums(fields, row | {"a": Cell("7", OK, 1.0), "all": chosen})["b"].rule == "sum"


HIGH, AROUND = 48, 18


@pytest.fixture
def written(mnist):
    """Return a writer of MNIST's digits in an open field, at these places in pixels."""
    images, labels = mnist.validation.images, mnist.validation.labels

    def write(text, places):
        field = np.zeros((HIGH + 2 * AROUND, places[-1] + 2 * HIGH), np.uint8)
        for position, (character, x) in enumerate(zip(text, places, strict=True)):
            digit = images[np.flatnonzero(labels == int(character))[position + 8]]
            large = cv2.resize(digit, (HIGH, HIGH), interpolation=cv2.INTER_CUBIC)
            field[AROUND : AROUND + HIGH, x : x + HIGH] = large
        return 255 - np.rint(field * 0.85).astype(np.uint8)

    return write


def opened(reader, inside, field):
    place = PlacedField(field, 0, (Box(1.0, 1.0, 30.0, 8.5),))
    found = read_open(field, Cut(place, (), inside, None, inside, Box(0, 0, 72, 84), True), reader)
    return found, decide(field, found.texts, amiss=found.amiss)


def test_a_clear_number_off_the_list_of_an_open_field_stays_what_it_is(reader, written):
    field = Field("id", IDENTIFIER, boxes=4, style=OPEN, among=("8046", "1234"))
    _, cell = opened(reader, written("8045", [20, 60, 100, 140]), field)
    assert (cell.text, cell.status, cell.rule) == ("8045", "unsure", "among")
    assert "8046" in cell.message
    _, cell = opened(reader, written("8045", [20, 60, 100, 140]), replace(field, among=("8045", "1234")))
    assert (cell.text, cell.status) == ("8045", "ok")


def test_a_gap_in_an_open_field_is_no_doubt(reader, written):
    inside = written("8045", [20, 60, 190, 230])
    alone = reader.recognise(np.pad(inside, 10, constant_values=255), as_page=False)
    assert reader.decide(alone).advice[0] == "reading.wide_gap"
    found, cell = opened(reader, inside, Field("n", boxes=4, style=OPEN))
    assert (found.texts[0][0], found.amiss, cell.status) == ("8045", False, "ok")
