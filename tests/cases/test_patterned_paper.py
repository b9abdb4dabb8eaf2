"""Numbers on cheques: fine printed waves all over the paper are named as print and do not make a number unsure."""

import numpy as np

NUMBERS = ["2750", "918", "4036", "15", "38264"]
NEARLY_ALL = 4


def on_waves(ink):
    """Write over worn, wavy lines: float32 (h, w) with ink 1 becomes a grey picture."""
    y, x = np.indices(ink.shape, float)
    fine = np.abs((y + 9 * np.sin(x / 25)) % 18 - 9) < 1.3
    fine &= (x + 7 * y) % 83 < 30
    paper = np.where(fine, 120, 225).astype(np.float32)
    return np.rint(paper * (1 - 0.85 * ink.clip(0, 1))).astype(np.uint8)


def test_a_number_on_fine_waves_is_read_and_the_waves_are_no_reason_to_be_unsure(reader, hand):
    found = [reader.read(on_waves(hand.write(number, turn))) for turn, number in enumerate(NUMBERS)]
    right = [reading for reading, number in zip(found, NUMBERS, strict=True) if reading.text == number]
    assert len(right) >= NEARLY_ALL
    kinds = [{each.kind for each in reading.ignored} for reading in right]
    assert sum("print" in each and "unknown" not in each for each in kinds) >= NEARLY_ALL
    assert sum("other ink" in reading.message for reading in right) <= len(right) - NEARLY_ALL
