"""Read pictures over HTTP with nothing but Python: one request per picture, with retries if the service is busy.

shuzi serve --port 8000 &
python examples/http_client.py http://127.0.0.1:8000 PICTURE...
python examples/http_client.py http://127.0.0.1:8000              # makes its own picture and checks the text
"""

import io
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

TRIES = 5


def read(address, picture):
    """Return the reading of one picture, given as the bytes of its file."""
    kind = {"Content-Type": "application/octet-stream"}  # the service detects the format from the bytes
    request = urllib.request.Request(f"{address}/v1/read?lang=en", picture, kind)
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["readings"][0]
        except urllib.error.HTTPError as problem:
            told = json.load(problem)  # application/problem+json: detail for people, key for programs
            if problem.code not in (429, 503):
                raise ValueError(told["detail"]) from problem
            time.sleep(int(problem.headers.get("Retry-After", 1)))
    raise TimeoutError(f"{address} stayed busy")


def sample():
    """Return a PNG with the number 721, written in MNIST's test digits."""
    import numpy as np
    from PIL import Image

    import shuzi

    row = np.pad(np.hstack(shuzi.load_mnist().test.images[:3]), 20)
    file = io.BytesIO()
    Image.fromarray(255 - row).resize((row.shape[1] * 3, row.shape[0] * 3)).save(file, "PNG")
    return file.getvalue()


if len(sys.argv) < 2:
    sys.exit("Usage: python examples/http_client.py ADDRESS [PICTURE...], such as http://127.0.0.1:8000 meter.jpg")
address, *paths = sys.argv[1:]
for path in paths:
    found = read(address, Path(path).read_bytes())
    print(path, found["text"], found["status"], found["confidence"])
if not paths:
    found = read(address, sample())
    print(found["text"], found["status"], found["confidence"])
    assert found["text"] == "721"
    try:
        read(address, b"no picture")
    except ValueError as problem:
        print(problem)
    else:
        raise AssertionError("what is no picture was read")
