import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.reading.confidence import Curve, LineScale, Scale, Way
from shuzi.reading.decide import decide
from shuzi.reading.line_text import share_out
from shuzi.reading.values import Candidate, Findings, Line, LineTexts, Weights

SCALE = Scale(Way(), Way(), ok=0.9, digit=0.5)
LINES = LineScale(Weights(*[1.0, *[0.0] * 6]), Curve(), ok=0.9)
FRAME = Box(0.0, 0.0, 180.0, 48.0)


def seen(line, *strokes, candidates=(), others=()):
    ink = np.zeros((60, 200), np.uint8)
    for x, y, width, height in strokes:
        ink[y : y + height, x : x + width] = 255
    return Findings(255 - ink, ink.shape, False, ink, list(candidates), 0.0, texts=(line, *others))


def line(said, chances, candidates=(), frame=FRAME):
    """Return a line whose texts have these probabilities."""
    rows = np.zeros((len(chances), 7))
    rows[:, 0] = np.log([*chances.values()])
    rows[0, -1] = 1.0
    return LineTexts(Line(tuple(candidates), (frame, frame), 28.0), (said, said), tuple(chances), rows)


def candidate(digit, x, is_digit=1.0):
    probabilities = np.full(10, 0.001, np.float32)
    probabilities[digit] = 0.991
    return Candidate(np.zeros((28, 28), np.uint8), Box(x, 10, 14, 28), probabilities, is_digit, 1.0)


THREE, POINT, FOUR = (6, 10, 14, 28), (36, 34, 5, 5), (60, 10, 18, 28)


def test_digits_and_marks_are_told_apart_and_each_has_its_box(columns):
    said = columns("__3______.______4___", sure=0.99)
    reading = decide(seen(line(said, {"3.4": 0.97, "34": 0.03}), THREE, POINT, FOUR), SCALE, LINES)
    assert (reading.text, reading.digits_text, reading.status) == ("3.4", "34", "ok")
    assert reading.confidence == pytest.approx(0.97)
    assert reading.digits_confidence == pytest.approx(1.0, abs=1e-3)
    assert [(each.mark, tuple(each.box)) for each in reading.marks] == [(".", POINT)]
    assert [each.digit for each in reading.digits] == [3, 4]
    assert reading.alternatives[0] == ("3.4", pytest.approx(0.97))
    plain = reading.digits_only()
    assert (plain.text, plain.marks, plain.alternatives[0][0]) == ("34", (), "34")
    assert plain.confidence == reading.digits_confidence


@pytest.mark.parametrize(
    ("text", "other", "key", "named"),
    [
        ("3.4", "3,4", "reading.mark", {"mark": ".", "place": 2}),
        ("3.4", "34", "reading.mark", {"mark": ".", "place": 2}),
        ("34", "3.4", "reading.mark_more", {"mark": "."}),
        ("34", "34.", "reading.mark_more", {"mark": "."}),
    ],
)
def test_where_the_digits_are_sure_and_a_mark_is_not_just_that_is_said(columns, text, other, key, named):
    said = columns("__3______.______4___", sure=0.99)
    reading = decide(seen(line(said, {text: 0.6, other: 0.4}), THREE, POINT, FOUR), SCALE, LINES)
    assert (reading.text, reading.status, reading.digits_status) == (text, "unsure", "ok")
    assert reading.confidence < 0.9 < reading.digits_confidence
    assert reading.advice == (key, named | {"text": text, "other": other})
    assert (reading.digits_only().text, reading.digits_only().status) == ("34", "ok")
    told = reading.as_dict()
    assert (told["digits_status"], told["digits_text"], told["status"]) == ("ok", "34", "unsure")


def test_where_a_digit_is_not_sure_no_mark_is_blamed(columns):
    said = columns("__3______.______4___", sure=0.99)
    reading = decide(seen(line(said, {"3.4": 0.6, "3.9": 0.2, "3,4": 0.2}), THREE, POINT, FOUR), SCALE, LINES)
    assert (reading.status, reading.digits_status) == ("unsure", "unsure")
    assert not reading.advice[0].startswith("reading.mark")


def test_every_digit_is_as_sure_as_the_text_or_surer(columns):
    said = columns("__3_____________4___", sure=0.99)
    reading = decide(seen(line(said, {"34": 0.6, "39": 0.4}), THREE, FOUR), SCALE, LINES)
    assert reading.status == "unsure"
    assert "at position 2: it could be 4 or 9" in reading.message
    three, four = reading.digits
    assert three.probability > four.probability >= reading.confidence
    assert four.alternatives[0][0] == 9


def test_two_texts_that_differ_in_a_point_at_the_end_are_told_apart(columns):
    said = columns("__3______.______", sure=0.99)
    reading = decide(seen(line(said, {"3.": 0.6, "3": 0.4}), THREE, POINT), SCALE, LINES)
    assert reading.status == "unsure"
    assert '"3."' in reading.message
    assert '"3"' in reading.message


def test_a_sign_before_the_number_is_named_and_one_inside_makes_it_unsure(columns):
    before = columns("__?______3______4___", sure=0.99)
    reading = decide(seen(line(before, {"?34": 1.0}), THREE, (36, 10, 14, 28), FOUR), SCALE, LINES)
    assert (reading.text, reading.status) == ("34", "ok")
    assert [(each.kind, tuple(each.box)) for each in reading.ignored] == [("sign", THREE)]
    assert "1 other character" in reading.message
    inside = columns("__3______?______4___", sure=0.99)
    reading = decide(seen(line(inside, {"3?4": 1.0}), THREE, (36, 10, 14, 28), FOUR), SCALE, LINES)
    assert (reading.text, reading.status) == ("34", "unsure")


def test_a_line_whose_ink_is_that_of_another_is_none(columns):
    said = columns("__3_____________4___", sure=0.99)
    page = seen(line(said, {"34": 1.0}), THREE, FOUR, others=[line(columns("________________4___"), {"4": 1.0})])
    reading = decide(page, SCALE, LINES)
    assert (reading.text, reading.status) == ("34", "ok")
    assert len(reading.digits) == 2


def test_a_line_with_a_mark_that_is_a_digit_of_another_is_in_doubt(columns):
    below = Box(0.0, 12.0, 180.0, 48.0)
    said = columns("__3_____________4___", sure=0.99)
    other = line(columns("__.______1______2___", sure=0.99), {".12": 1.0}, frame=below)
    strokes = [THREE, FOUR, (36, 44, 4, 14), (60, 44, 14, 14)]
    reading = decide(
        seen(line(said, {"34": 1.0}, frame=Box(0.0, 0.0, 180.0, 48.0)), *strokes, others=[other]), SCALE, LINES
    )
    assert reading.status == "unsure"


def test_ink_that_nothing_accounts_for_makes_a_sure_number_unsure(columns):
    said = columns("__3_____________4___", sure=0.99)
    reading = decide(seen(line(said, {"34": 1.0}), THREE, FOUR, (110, 12, 20, 24)), SCALE, LINES)
    assert (reading.text, reading.status) == ("34", "unsure")
    assert [each.kind for each in reading.ignored] == ["unknown"]


def test_a_digit_that_the_line_takes_for_a_sign_is_no_digit(columns):
    one = candidate(1, 6)
    said = columns("__?______", sure=0.99)
    reading = decide(seen(line(said, {"?": 0.95, "1": 0.05}, [one]), THREE, candidates=[one]), SCALE, LINES)
    assert reading.status == "not-a-digit"
    assert {each.status for each in reading.digits} == {"not-a-digit"}
    doubtful = decide(seen(line(said, {"": 0.5, "1": 0.4, "?": 0.1}, [one]), THREE, candidates=[one]), SCALE, LINES)
    assert doubtful.status == "unsure"


def test_specks_on_a_line_without_candidates_leave_a_picture_blank(columns):
    specks = decide(seen(line(columns("____"), {"?": 0.9, "1": 0.1}), THREE), SCALE, LINES)
    assert (specks.text, specks.status, specks.ignored) == ("", "blank", ())


def test_of_a_list_the_value_that_fits_is_chosen_and_a_near_one_is_a_doubt(columns):
    said = columns("__3______4______5___", doubts={9: {"9": 0.1}}, sure=0.98)
    page = seen(line(said, {"345": 0.9, "395": 0.1}), THREE, (36, 10, 14, 28), FOUR)
    chosen = decide(page, SCALE, LINES, ["345", "777", "128"])
    assert (chosen.text, chosen.status) == ("345", "ok")
    assert chosen.alternatives[0][0] == "345"
    doubt = decide(page, SCALE, LINES, ["345", "395"])
    assert (doubt.text, doubt.status) == ("345", "unsure")
    assert "395" in doubt.message
    none = decide(page, SCALE, LINES, ["777", "128"])
    assert none.status == "unsure"


def test_a_list_without_marks_is_compared_with_the_digits_alone(columns):
    said = columns("__3______.______4___", sure=0.99)
    page = seen(line(said, {"3.4": 0.97, "34": 0.03}), THREE, POINT, FOUR)
    chosen = decide(page, SCALE, LINES, ["34", "81"])
    assert (chosen.text, chosen.status) == ("34", "ok")
    assert [each.mark for each in chosen.marks] == ["."]  # its ink is told


def test_all_probabilities_together_are_one_at_most_and_none_is_above_the_first():
    shared = share_out([("1", 0.3), ("7", 0.29), ("4", 0.2)], 0.4, 0.9)
    assert shared[0] == ("1", 0.4)
    assert sum(chance for _, chance in shared) <= 1
    assert max(chance for _, chance in shared) == 0.4


def test_a_text_without_others_stands_alone():
    assert share_out([("1", 1.0)], 0.9, 0.5) == (("1", 0.9),)
    assert share_out([], 0.9, 0.5) == ()
