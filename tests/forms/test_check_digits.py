"""Check digits catch their target errors: any single wrong digit, and nearly any swap of two digits."""

import pytest

from shuzi.forms.decide import decide
from shuzi.forms.kinds import CHECKS, MIN_LENGTHS, WITH_X, mod11
from shuzi.forms.spec import IBAN, Field

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
    assert not check(text[: MIN_LENGTHS[method] - 1])
    if method in ("isbn", "resident-id"):
        assert not check("0" + text)


def test_only_isbns_of_thirteen_end_in_a_digit_always():
    assert not CHECKS["isbn"]("978030640615X")
    assert not CHECKS["luhn"]("7992739871X")
    assert not CHECKS["isbn"]("4006381333931")  # the code of an article that is not a book


@pytest.mark.parametrize("text", VALID["iban"])
def test_digits_of_an_iban_that_changed_places_are_noticed(text):
    for index in range(2, len(text) - 1):
        first, second = text[index : index + 2]
        if first != second:
            assert not CHECKS["iban"](text[:index] + second + first + text[index + 2 :])


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
    assert CHECKS["resident-id"](first + by_recursion(first))


@pytest.mark.parametrize("day", ["19491331", "19490230", "20010229", "19000229", "19490001", "19490100"])
def test_a_resident_was_born_on_a_day_that_there_was(day):
    first = f"110105{day}002"
    assert not CHECKS["resident-id"](first + by_recursion(first))


def test_every_wrong_digit_of_an_account_is_noticed():
    field = Field("a", kind=IBAN, boxes=20, country="DE", check="iban")
    text = "DE89370400440532013000"
    for index in range(2, len(text)):
        for digit in set("0123456789") - {text[index]}:
            wrong = text[:index] + digit + text[index + 1 :]
            cell = decide(field, [(wrong, 0.999)])
            assert (cell.status, cell.rule) == ("unsure", "check")
    assert decide(field, [(text, 0.999)]).status == "ok"
