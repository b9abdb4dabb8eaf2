"""Thresholds of reading, stage by stage: what is found, recognised, decided and said."""

from __future__ import annotations

from typing import Final

# which picture is searched, and for how much
LARGEST_SIDE: Final = 1_280  # pixels of the longer side at which a picture is searched
MAX_COMPONENTS: Final = 5_000  # in a picture; a page of 60 lines with 80 characters each has no more
MAX_WORK: Final = 1_800
"""The work that one picture may take, in images classified (half a millisecond each, as measured by
`benchmarks/costly_pictures.py`): a receipt of 75 rows takes half of it."""
MAX_PAGE_WORK: Final = 5_000  # that a photograph of many lines may take: 40 rows of 8 numbers take 4,400
MIN_WORK: Final = 100  # may be done for any picture
PIXELS_PER_WORK: Final = 10.0  # for one more: a small picture holds little writing, and many may come at once
PLAIN_SCORE: Final = 0.8  # of a digit: for each that is so plain, one image more may be classified
MAX_PLAIN: Final = 600  # such digits, of which there are few in hostile ink; a page of 40 rows has 8 numbers in each
STRIP_PIXELS_PER_IMAGE: Final = 36.0  # of a strip's width: they are recognised as fast as an image is classified
SEARCHED_PIXELS_PER_IMAGE: Final = 2_300.0  # of what the detector searches: that takes as long
IMAGES_PER_SEPARATION: Final = 2.0  # that could be classified while pale ink is separated from its paper

# photographs of pages
SMALLEST_PAGE: Final = 64  # pixels of the shorter side: a smaller picture is a number at most
NO_WRITING: Final = 0.25
"""Below this score of the line detector nothing is written: 92 % of 846 empty cells, none of 449 with a digit."""
LARGEST_ON_PAGE: Final = 0.4
"""Of a picture's height: a higher line fills it, which is read as a picture of one number. Lower lines of cells are
read better as lines of a page (57 of 502 more), higher ones of numbers that were cut out worse (29 of 591)."""

# simple ink: each component is a digit
MAX_SIMPLE_COMPONENTS: Final = 24  # with more, the ink is not simple
MAX_BROKEN_STROKES: Final = 6  # components that may be strokes of one digit
LARGEST_STROKE_GAP: Final = 0.15  # of a component's height: between broken strokes of one digit
SURE_CONFIDENCE: Final = 0.9
"""Simple ink is read without the detector if its digits together have this confidence and no ink is left over.

If ink such as a line or a frame is left over, the detector may add digits but not remove any. At 0.97 it would run
too often: only 4 in 1,000 more composed texts would be correct, and a photo of six digits would take 50 % longer.
"""
MAX_UNEXPLAINED_INK: Final = 0.02  # of the solid ink: if more is outside the digits, the detector is used

# the detector
DIGIT_HEIGHT: Final = 28.0  # pixels to which digits are scaled; the detector was trained on 15 to 46
CELL_PIXELS: Final = 4  # of a page per cell of the detector's maps, as in training
INPUT_MULTIPLE: Final = 8  # pixels: the height and width of its input are multiples of this
PAPER_MARGIN: Final = 8  # pixels of paper around the picture, because few training pages had digits at the edge
MIN_PEAK: Final = 0.2  # lower scores of a cell are ignored
SAME_DETECTION_IOU: Final = 0.5  # detections that overlap this much are one digit
MAX_DETECTIONS: Final = 1_000
MAX_ENLARGEMENT: Final = 6.0  # times: anything that would need more is not writing
MAX_SEARCHED_PIXELS: Final = 1_000_000  # in a picture to be searched; a page of that size holds a thousand digits
MAX_DETECTOR_RUNS: Final = 3  # on a picture
TYPICAL_HEIGHTS: Final = (0.6, 0.3)  # of digits, as fractions of the picture's shorter side
MIN_SCALE_STEP: Final = 0.15  # difference of log scales: closer scales show the same
GOOD_SCORE: Final = 0.75  # candidates that explain a picture this well are final
GOOD_SCORE_BEFORE_LINES: Final = 0.6  # the same if the line recogniser will read the lines anew
SAME_DIGIT_IOU: Final = 0.4  # a detection that overlaps a digit of simple ink this much is the same digit
CLEAR_DETECTION: Final = 0.5  # the lowest score of the best detection where no ink is visible
PALE_MARGIN: Final = 0.3  # of a digit's size: the paper around it that is used to separate its pale ink

# which candidates are digits
CLASSIFIER_EXPONENT: Final = 0.5  # of the classifier's probabilities in their product with the detector's; chosen
DETECTOR_EXPONENT: Final = 2.0  # of the detector's: it sees the surroundings, so it counts for more; chosen
ONE_CROP_CONFIDENCE: Final = 0.9  # with this confidence the classifier needs only one crop of a detection
CROP_GROWTHS: Final = (0.06, -0.06)  # by which fraction the second and third crop of a digit are larger
MIN_PROBABILITY: Final = 1e-3  # of a class or score, so that neither network rules out a digit alone
MIN_SCORE: Final = 0.5  # of a digit
SAME_DIGIT_OVERLAP: Final = 0.6  # of the smaller box: two candidates that overlap this much are one digit
MIN_HEIGHT: Final = 0.3  # of the digits' median height: a small 0 is often a real 0
MIN_HEIGHT_OF_ONE: Final = 0.6  # the same where it looks like a 1, as commas do
EDGE_PIXELS: Final = 1  # from the picture's edge: ink so near may be cut off

# rows, as fractions of the height of their digits where nothing else is said
CHARACTER_GAP: Final = 1.2  # the widest gap to the next character of a row
MAX_ROWS: Final = 200
"""Rows that are compared with each other, as dear as reading four photographs of six digits; a receipt has 75."""
COMMA_HEIGHT: Final = 0.75  # a higher box is not a comma, unless it is narrow
STROKE_HEIGHT: Final = 1.1  # a higher narrow box is not a comma
STROKE_WIDTH: Final = 0.6  # of a box's height: a narrow box is less wide
COMMA_BELOW: Final = 0.1  # how far below a row a comma may start
COMMA_TOP: Final = 0.4  # how far below the top of the digits a comma starts at least
COMMA_BOTTOM: Final = 0.2  # how far below the bottom of the digits it ends at least
SAME_LINE: Final = 0.35  # of the lower box: two boxes that share this much are read on one line
DIGITS_BESIDE_COMMA: Final = 3  # next to it, that tell where the row is
ROW_EDGE_PIXELS: Final = 1.5  # from the picture's edge: a box so near is cut off
CUT_OFF_ROW: Final = 0.75  # of whole digits: a lower row at the edge is what is left of another
CUT_OFF_DIGIT: Final = 0.6  # of a whole digit: a lower one alone in a row at the edge is such a rest too

# lines, as fractions of the height of their digits where nothing else is said
TALLEST_CHARACTER: Final = 2.2  # a taller component is no character of the line
MIN_IN_BAND: Final = 0.5  # of a component's height that must lie in the line's band
BAND_ABOVE: Final = 0.1  # how far the band reaches above the digits
BAND_BELOW: Final = 0.25  # and below them
MIN_HANGING_HEIGHT: Final = 0.7  # of its width: what is lower and hangs below is a stroke of print, not a comma
SMALLEST_POINT: Final = 0.03  # a smaller speck is no point
FRAME_MARGIN: Final = 0.5  # of paper left and right in a strip
PROPOSED_SCORE: Final = 0.5  # the score from which a candidate is part of the candidates' own text

# digits that are crossed out
# chosen on lines of 2 to 6 digits under strokes, freehand ones too, and printed lines; of 1,432 numbers that are not
# crossed out, 1 is taken to be
STRIKE_INK: Final = 121  # in a contrast map: a hairline is paler than digits
STRIKE_STEPS: Final = 32.0  # of a digit's height: positions that are looked at
STRIKE_WIDTH: Final = 0.03  # of that height: how far a stroke may be from straight
STRIKE_AROUND: Final = 0.35  # of that height: how far above and below the digits a stroke may begin and end
STRIKE_MIDDLE: Final = 0.22  # of that height: this close to their tops and feet, its middle is no strike
STRIKE_RISE: Final = 0.5  # of the digits' width
STRIKE_INSIDE: Final = 0.12  # of that width: a stroke may begin so much inside
STRIKE_INSIDE_TWO: Final = 0.04  # of the width of only two digits: joined by a stroke, they look much alike
STRIKE_SEEN: Final = 0.93  # of the stroke
STRIKE_BEYOND: Final = 1.0  # of a digit's height: what is looked at beside the digits
STRIKE_FREE: Final = 0.3  # of that height: how far a stroke reaches beside them; without more room nothing is known
STRIKE_GOES_ON: Final = 0.6  # of what is looked at beside the digits: a printed line
STRIKE_ENDED: Final = 0.5


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

# displays
DISPLAY_TRIMS: Final = (0.0, 0.07)  # of a line's height, left out above and below: a strip for each
DISPLAY_TURNS: Final = (0.2, 0.4, 0.6)  # of a line's height, by which it is moved up to see whether a wheel turns
DISPLAY_TURNED: Final = -0.3  # log odds of the following digit then, above which it does
MAX_DISPLAY_LINES: Final = 6  # that are read where a picture is searched
DISPLAY_LINE: Final = 1.25  # how high such a line is cut out, as a multiple of its digits' height
DISPLAY_BLANK: Final = 0.01  # probability of the best text, below which there is none


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

# where a line of a photograph is two numbers: of 764 that were one, one reached both, of 29 that were two, 22
NEXT_NUMBER: Final = 1.95  # digit heights between the middles of two neighbouring digits
TIMES_OTHER_DISTANCES: Final = 2.1  # and as a multiple of the median distance between the others

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
CUT_PART: Final = 0.08  # the lowest height of one of several pieces
CUT_INSIDE: Final = 0.5  # of its own height: what has less in the height of the digit next to it is of another row
CUT_GAP: Final = 1.2  # the widest gap to the digit next to it
LOW_PICTURE: Final = 1.5  # the height of a picture in which a line from top to bottom may be a 1

# a photograph's line
LINE_BAND: Final = 1.2  # digit heights: where ink that is in no character counts as left over

SMALL_DIGIT: Final = 10  # pixels: smaller digits cannot be read reliably
SHRUNK: Final = 1.25  # times: from when shrinking a picture counts
MUCH_SHRUNK: Final = 4  # times: makes writing of 40 pixels too small
BLURRED_EDGE: Final = 0.12
"""Of a digit's size: with wider edges, one digit in ten is misread and few are read with confidence."""
EDGE_MARGIN: Final = 0.25  # of a digit's size: the paper around it where its edges are measured
MORE_INK: Final = 0.05  # fraction of the ink outside all digits that is worth mentioning
EDGES_MEASURED_AT: Final = 40  # pixels of a digit's longer side: this smooths away the grain of a large picture
STEEP_PERCENTILE: Final = 99.0  # of the gradients: the edges, not the paper between them
MIN_STEP: Final = 8.0  # grey levels; with less between paper and ink there is no edge to measure
