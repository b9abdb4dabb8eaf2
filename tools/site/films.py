"""Turns a lesson's loops into films that the site can pause: all frames in one picture, which CSS moves along.

An animated picture cannot be stopped. A film has a check box for it, needs no script, and starts paused if a
reader's system asks for less motion: see docs/course.css.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageSequence

_LAST = 3
"""The number of frames for which the last frame is shown."""
_PAUSE = {"en": ("Pause", "Play"), "zh": ("暂停", "播放")}


def write(loop: Path, film: Path) -> None:
    """Write the frames of an animated picture below each other, as one picture."""
    with Image.open(loop) as animated:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(animated)]
    width, height = frames[0].size
    frames += frames[-1:] * (_LAST - 1)
    whole = Image.new("RGB", (width, height * len(frames)))
    for index, frame in enumerate(frames):
        whole.paste(frame, (0, index * height))
    whole.save(film, quality=70)


def shown(loop: Path, label: str, light: str, dark: str, language: str) -> str:
    """Return the Markdown of a film for light and dark pages, with its control."""
    with Image.open(loop) as animated:
        (width, height), frames = animated.size, getattr(animated, "n_frames", 1) + _LAST - 1
    sizes = f"--frames: {frames}; --width: {width}px; --shape: {width} / {height}"
    pause, play = _PAUSE[language]
    return f"""<div class="film" markdown="1" style="{sizes}">
<label><input type="checkbox"> <span>{pause}</span><span>{play}</span></label>

<div markdown="1">
![{label}]({light}#only-light){{ loading=lazy }}![{label}]({dark}#only-dark){{ loading=lazy }}
</div>
</div>"""
