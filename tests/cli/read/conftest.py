import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def drawn(mnist):
    """Return an MNIST digit as on paper, and a row of digits, as PIL images."""

    def draw(*places):
        images = [np.pad(255 - mnist.validation.images[place], 4, constant_values=255) for place in places]
        row = np.hstack(images)
        return Image.fromarray(row).resize((row.shape[1] * 4, row.shape[0] * 4), Image.Resampling.BICUBIC)

    return draw


@pytest.fixture
def folder(tmp_path, drawn, monkeypatch):
    """Change to a folder with a 5, a 0, and a blank page."""
    drawn(0).save(tmp_path / "five.png")
    drawn(1).save(tmp_path / "nought.png")
    Image.new("L", (80, 60), 250).save(tmp_path / "blank.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path
