"""Where lines are drawn while images and lines of writing are recognised."""

from __future__ import annotations

from typing import Final

# images at once
IMAGES_AT_ONCE: Final = 128  # as fast as any number, with little memory
ONE_CORE_IMAGES: Final = 32  # up to this many, one core is faster than waking the others

# the texts of a line
MAX_TEXTS: Final = 16  # that are scored for a line
TEXTS_OF_A_STRIP: Final = 8  # that each strip proposes
SURE_STRIP: Final = 0.99  # probability of what the candidates say from which no second strip is cut
BEAM_WIDTH: Final = 10  # prefixes kept after each column
MIN_CLASS_PROBABILITY: Final = 1e-3  # with 1e-4, the beam takes twice as long and finds no more correct texts
FITTING_BEAM_WIDTH: Final = 16  # the same where texts must fit a pattern
MAX_FITTING_PREFIXES: Final = 64  # that are kept if the best one for each state of the pattern is kept too
LOWEST_LOG_PROBABILITY: Final = -60.0  # of a text; below this it says no more
MIN_DIGIT_PROBABILITY: Final = 1e-4  # of a candidate's digit
MIN_CANDIDATE_SCORE: Final = 1e-3
MAX_CANDIDATE_SCORE: Final = 0.999
OVERLOOKED_PROBABILITY: Final = 0.03  # that a digit has no candidate
LOG_OF_ZERO: Final = -1e30  # in place of minus infinity, with which differences are not defined
TINY: Final = 1e-300  # in place of 0 where a logarithm is taken
LOG_ROUNDING: Final = 1e-6  # more than sums of logarithms differ by rounding

# the characters of a text
MIN_TEXT_PROBABILITY: Final = 1e-3  # a text less probable than this says nothing about single characters
CANDIDATE_WEIGHT: Final = 0.02  # of a candidate's own probabilities beside those of the texts
CUT_DISTANCE: Final = 0.25  # of the distance between two characters: how near to either of them a cut may come
CHARACTER_REACH: Final = 0.8  # of a digit's height: how far a character reaches from its middle
OFF_CENTRE_COST: Final = 0.02  # of the most ink in a column: what a cut far from the middle costs

# corrected digits of one person; how much they count is in `hand.Blend`
BLUR_KERNEL: Final = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)  # so much shift and wobble of a stroke does not count
DIGITS_COMPARED_AT_ONCE: Final = 256  # with 10,000 corrected ones, those of a whole page would take gigabytes
MIN_LOGGED_PROBABILITY: Final = 1e-6
FAINT_SIMILARITY: Final = 0.05  # a corrected digit that counts less is ignored
MIN_LOGIT: Final = -1.0
"""Below it a corrected digit is ignored: of the `ok` answers that it would doubt, hardly any are wrong."""
MAX_LOGIT_OF_ALIKE: Final = 1.0  # of what only looks alike: a person should see it, so it is not `ok`
SAME_INK_SIMILARITY: Final = 0.995  # of one and the same ink
SAME_INK_LOGIT: Final = 3.0  # of its label

# pages that are turned
TURNED_LINES: Final = 4  # the longest ones of a page, that are read upside down as well
UPRIGHT_PROBABILITY: Final = 0.9  # of a line's text, from which the page is upright
TURNED_MARGIN: Final = 2.0  # of log probability, by which these lines are together more probable turned
PROBABLE: Final = -0.4  # mean log probability of these lines, from which no page is tried on its side
