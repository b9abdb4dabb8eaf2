"""Check digits find what they were made to find: any one wrong digit, and nearly any two that changed places."""

import pytest

from shuzi.forms.check_digits import CHECKS, SHORTEST, WITH_X

VALID = {
    # ISO/IEC 7812-1's example, and numbers that banks publish for tests
    "luhn": ["79927398713", "4111111111111111", "5500000000000004", "340000000000009", "18"],
    # the ISBN manual's examples, and one of ten characters that ends in X
    "isbn": ["9780306406157", "9783161484100", "0306406152", "080442957X"],
    "mod11": ["0306406152", "080442957X", "19"],
    # GB 11643-1999's examples, and a leap day
    "resident-id": ["11010519491231002X", "440524188001010014", "110105200002290064"],
}
EACH = pytest.mark.parametrize(("method", "text"), [(method, text) for method in VALID for text in VALID[method]])


@EACH
def test_a_right_number_passes_and_one_with_any_wrong_digit_does_not(method, text):
    check = CHECKS[method]
    assert check(text)
    for index, character in enumerate(text):
        last_may_be_x = method in WITH_X and index == len(text) - 1 and len(text) != 13
        for wrong in "0123456789" + ("X" if last_may_be_x else ""):
            if wrong != character:
                assert not check(text[:index] + wrong + text[index + 1 :])


@EACH
def test_what_is_no_such_number_does_not_pass(method, text):
    check = CHECKS[method]
    assert not check("")
    assert not check(text[:-1] + "x")
    assert not check("X" + text[1:])
    assert not check(text[:-1] + " ")
    assert not check(text[: SHORTEST[method] - 1])
    if method in ("isbn", "resident-id"):
        assert not check("0" + text)


def test_only_isbns_of_thirteen_end_in_a_digit_always():
    assert not CHECKS["isbn"]("978030640615X")
    assert not CHECKS["luhn"]("7992739871X")


def by_recursion(digits):
    """Return the check character by the recursive definition of ISO 7064 MOD 11-2, which needs no weights."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


@pytest.mark.parametrize("day", ["19490101", "20000229", "20240229"])
def test_a_resident_may_be_born_on_any_day_there_was(day):
    first = f"987654{day}321"
    assert CHECKS["resident-id"](first + by_recursion(first))


@pytest.mark.parametrize("day", ["19491331", "19490230", "20010229", "19000229", "19490001", "19490100"])
def test_a_resident_was_born_on_a_day_that_there_was(day):
    first = f"110105{day}002"
    assert not CHECKS["resident-id"](first + by_recursion(first))
