import numpy as np

from shuzi.ink.boxes import Box
from shuzi.reading.lines import group_in_reading_order


def placed(order, laid):
    """Return which boxes each line has, by the names that they were laid with."""
    names = [name for name, _ in laid]
    return ["".join(names[place] for place in line) for line in order]


def test_a_page_laid_by_hand_is_read_in_its_lines_in_whatever_order_its_boxes_come():
    """A sloping line, one below it whose start is as low as the other's end, a small zero, and a word apart."""
    page = [
        *zip("12345678", (Box(20 + 30 * each, 10 + 4 * each, 18, 30) for each in range(8)), strict=True),
        *zip("abcdef", (Box(22 + 30 * each, 52 + 4 * each, 18, 28) for each in range(6)), strict=True),
        ("o", Box(262, 54, 10, 12)),  # at half height of the first line's end
        ("X", Box(24, 120, 40, 30)),
        ("Y", Box(400, 122, 20, 28)),
    ]
    rng = np.random.default_rng(3)
    for _ in range(20):
        laid = [page[each] for each in rng.permutation(len(page))]
        assert placed(group_in_reading_order([box for _, box in laid]), laid) == ["12345678o", "abcdef", "XY"]


def test_a_tall_box_on_two_lines_goes_to_the_line_of_its_nearest_neighbour():
    tall = [("x", Box(90, 8, 10, 36)), ("y", Box(12, 8, 10, 36))]
    laid = [("a", Box(0, 0, 10, 20)), ("b", Box(100, 14, 10, 20)), *tall]
    assert placed(group_in_reading_order([box for _, box in laid]), laid) == ["ay", "xb"]


def test_of_two_neighbours_equally_near_the_one_that_was_there_first_decides():
    """By height, the left one comes first, and the box shares too little with the right one."""
    beside = [Box(0, 0, 10, 10), Box(40, 4, 10, 10), Box(20, 6, 10, 10)]
    assert group_in_reading_order(beside) == [[0, 2, 1]]


def test_five_thousand_boxes_keep_their_lines():
    """Comparing each with all others took minutes."""
    rows, columns = 80, 64
    laid = [(row, column) for row in range(rows) for column in range(columns)]
    shuffled = [laid[each] for each in np.random.default_rng(5).permutation(len(laid))]
    order = group_in_reading_order([Box(20 * column, 24 * row + 0.1 * column, 14, 18) for row, column in shuffled])
    assert [[shuffled[place] for place in line] for line in order] == [
        [(row, column) for column in range(columns)] for row in range(rows)
    ]


def test_nothing_has_no_lines():
    assert group_in_reading_order([]) == []
