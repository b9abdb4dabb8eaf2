"""Where lines are drawn while probable texts become one text with a confidence."""

from __future__ import annotations

from typing import Final

# texts and confidence
MAX_ALTERNATIVES: Final = 10  # texts that a reading names
MIN_ALTERNATIVE: Final = 1e-4  # a text less probable than this is not named
MIN_CONFIDENCE: Final = 1e-6  # of a text whose logarithm is taken
MAX_CONFIDENCE: Final = 1 - 1e-6
MIN_PROBABILITY_SUM: Final = 1e-6  # by which the probabilities of a character's digits are divided
KNOTS: Final = (-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
"""The logits of the curves' output at which accuracy is measured."""
SIMPLE_WAY, DETECTED_WAY, LINE_WAY = "simple", "found", "line"
"""The ways of reading: simple ink, with the detector, line by line. A card's names for their numbers begin so."""
AT_KNOT: Final = "-right-"  # after a way and before the index of a knot: the fraction of correct texts there
LINE_WEIGHT, LINE_CURVE = "line-weight-", "line-curve-"
"""Before the name of a score, and before that of evidence: how much it counts."""
TEXT_OK, LINE_OK = "text-ok", "line-ok"
"""A card's names for the confidence from which a text is `ok`, read without and with the line recogniser."""
PAGE_TREE, PAGE_OK = "page-tree-", "page-ok"
"""Before the name of a feature of a photograph's line, and the confidence from which it is `ok`."""
LINE_OTHERS: Final = "line-others"  # the probability that another likely text is right if the best one is not
REALLY_BLANK: Final = "blank"  # the probability that a picture in which nothing was found really holds no digit
UNFITTED: Final = {"text_ok": 0.9, "line_ok": 0.95, "line_others": 0.5, "digit": 0.5, "blank": 1.0}
"""The values used if a card has none."""
STEEPEST_LOGIT: Final = 500.0  # math.exp overflows at 709
CLIPPED_PROBABILITY: Final = 1e-4  # probabilities closer to 0 or 1 than this carry no more information
SURELY_NO_DIGIT: Final = 0.6  # of a line of a page: what is less surely without a digit is a doubt
NO_DIGIT_PROBABILITY: Final = 0.5  # of all lines: from this on the whole picture is called not a digit

# each piece of ink is one thing
SAME_INK: Final = 0.5  # of the smaller of two boxes: from this overlap on they hold the same ink
SAME_CHARACTER_IOU: Final = 0.6  # from this on, two characters of a line are one piece of ink
MAX_MARK_ALTERNATIVES: Final = 5  # other characters that a mark names

# two numbers on one line: right numbers that were sure had gaps of at most 1.1 digit heights, in three collections
WIDE_GAP: Final = 1.2  # of the digits' median height
TIMES_OTHER_GAPS: Final = 2.25  # digits written evenly far apart are one number
LONE_GAP: Final = 2.5  # of that height, between two digits: no other gap tells how far apart they are written

# a list of allowed values
MAX_VALUES: Final = 100_000
"""Values that a list may have."""
LONGEST_VALUE: Final = 40  # characters
VALUE_OK: Final = 0.99
"""The probability, among the values, from which a value is `ok`."""
LISTED_PROBABILITY: Final = 0.98  # that what is written is on the list
CLEARLY_OTHER: Final = 4.0  # if another text is more probable by this log ratio, no value is written
MIN_RARITY: Final = 1e-6  # of an unlisted text
IMPOSSIBLE_VALUE: Final = -60.0  # the log probability of a value that cannot be written
MIN_VALUE_SCORE: Final = -30.0  # if even the best value has a lower log probability, none is written
MIN_DIGIT_OF_VALUE: Final = 1e-6  # the probability of a digit whose logarithm is taken
COMPARED_VALUES: Final = 256  # those nearest to what was read, that are scored
DISTANCES_AT_ONCE: Final = 4_096  # values whose edit distance is computed at once

# a pattern
UNFITTING_EXPONENT: Final = 0.25
"""Of how improbable a text that does not fit is beforehand, where a text that fits is called `ok`; with 0.5, patterns
that what is written does not fit made twice as many wrong numbers `ok`."""

# ink outside all characters, as fractions of the digits' median height where nothing else is said
LARGE_INK: Final = 0.4
"""Ink that is as high or as wide is named."""
MIN_KIND_WORK: Final = 700.0
"""May be done to tell kinds whatever was done before, in images classified: a frame around a page takes 600."""
PIXELS_PER_IMAGE: Final = 3_000  # looked at while an image is classified; two frames around a page fill 3.3 million
IMAGES_PER_PIECE: Final = 0.5  # that could be classified while a piece is looked at, however small
CHARACTER_MARGIN: Final = 0.16  # how far ink may reach beyond a character's box and still belong to it
DARKNESS_MARGIN: Final = 0.3  # of the paper that a piece is compared with
STAIN_DARKNESS: Final = 0.5  # of the digits' darkness: paler ink is a stain
PRINT_DARKNESS: Final = 0.8  # of the digits' darkness: a printed pattern under them is paler
MAX_CUT_OFF: Final = 0.9  # what reaches further into the picture may be writing of its own
SAME_LINE_OVERLAP: Final = 0.25  # of the lower one's height: ink that shares more with a character is in its line

# ink beside a line that the picture's left or right edge cuts off, as fractions of the digits' median height
CUT_HEIGHT: Final = 0.33
"""What is as high may be a piece of a character; two pieces, such as the ends of a 3, count from top to bottom."""
CUT_PART: Final = 0.08  # the least height of one of several pieces
CUT_INSIDE: Final = 0.5  # of its own height: what has less in the height of the digit next to it is of another row
CUT_GAP: Final = 1.2  # the widest gap to the digit next to it
LOW_PICTURE: Final = 1.5  # the height of a picture in which a line from top to bottom may be a 1

# a photograph's line
LINE_BAND: Final = 1.2  # digit heights: where ink that is in no character counts as left over
