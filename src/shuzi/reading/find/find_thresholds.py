"""Where lines are drawn while candidates and lines are found.

"Chosen" means on pages composed from validation digits.
"""

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
NO_WRITING: Final = (
    0.2  # below this score of the line detector nothing is written: 84 % of empty cells, 6 of 386 with a digit
)
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
CLEAR_DETECTION: Final = 0.5  # the least score of the best detection where no ink is visible
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
SAME_ROW: Final = 0.5  # of the lower digit: two nearby digits that share this much are on one row
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
STRIKE_ENDS: Final = (
    0.25  # of a digit's height: a stroke may widen the first and the last digit of a page's line so much
)
