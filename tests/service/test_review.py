"""A table that was read before is handed over with its photographs."""

import io

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import PictureError
from shuzi.forms.kinds import Field
from shuzi.forms.result import Cell, Row, Table
from shuzi.pictures.decode import Page
from shuzi.pictures.open import open_picture
from shuzi.service.access import Tokens
from shuzi.service.parts import Review, Settings

TOKEN = "correct horse battery"  # noqa: S105 - of these tests alone


@pytest.fixture
def photos(tmp_path):
    """A photograph on its side, as EXIF says, a page of a PDF, and one that was not read."""
    picture = Image.fromarray(np.tile(np.linspace(0, 255, 90, dtype=np.uint8), (60, 1)))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    picture.save(tmp_path / "b.pdf")
    return [
        ("a.jpg", tmp_path / "a.jpg"),
        ("c.jpg", PictureError("error.picture.empty", path="c.jpg")),
        ("b.pdf#1", Page(tmp_path / "b.pdf", 1)),
        ("d.jpg", tmp_path / "a.jpg"),
    ]


def table(*sources):
    rows = tuple(Row(1, row, {"q": Cell("7", "ok", 1.0, source=each)}) for row, each in enumerate(sources))
    return Table("Scores", (Field("q", boxes=1),), rows)


def test_the_table_and_its_photographs_are_handed_over(run_service, photos):
    found = table("b.pdf#1", "a.jpg")
    with run_service(review=Review.of(found, photos)).client() as client:
        said = client.get("/v1/review").json()
        assert said["table"] == found.as_dict()
        assert said["photographs"] == ["a.jpg", "b.pdf#1"]
        first, second = (client.get(f"/v1/review/{said['id']}/photographs/{n}") for n in (1, 2))
    assert first.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(first.content))
    assert picture.size == (60, 90)  # turned, as it was read
    assert not picture.getexif()
    assert Image.open(io.BytesIO(second.content)).width > 0


def test_the_same_table_has_the_same_name_and_another_has_another(photos):
    names = [Review.of(each, photos).id for each in (table("a.jpg"), table("a.jpg"), table("b.pdf#1"))]
    assert names[0] == names[1] != names[2]


def test_the_name_of_a_photograph_need_not_be_utf_8(run_service, tmp_path):
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    Image.new("L", (9, 9)).save(tmp_path / "a.jpg")
    review = Review.of(table(name), [(name, tmp_path / "a.jpg")])
    with run_service(review=review).client() as client:
        assert b"caf\\udce9.jpg" in client.get("/v1/review").content
        assert client.get(f"/v1/review/{review.id}/photographs/1").status_code == 200


@pytest.mark.parametrize("number", ["0", "2", "-1", "1.0", "٣", "1" * 400, "a"])
def test_there_is_no_other_photograph(run_service, photos, number):
    review = Review.of(table("a.jpg"), photos)
    with run_service(review=review).client() as client:
        said = client.get(f"/v1/review/{review.id}/photographs/{number}")
    assert (said.status_code, said.json()["key"]) == (404, "error.service.path")


def test_the_photographs_of_another_table_are_not_those_of_this_one(run_service, photos):
    earlier, review = (Review.of(table(name), photos) for name in ("a.jpg", "d.jpg"))
    with run_service(review=review).client() as client:
        statuses = [client.get(f"/v1/review/{each.id}/photographs/1").status_code for each in (earlier, review)]
    assert statuses == [404, 200]


def test_a_photograph_that_is_gone_is_named(run_service, photos, tmp_path):
    review = Review.of(table("a.jpg"), photos)
    with run_service(review=review).client() as client:
        (tmp_path / "a.jpg").unlink()
        said = client.get(f"/v1/review/{review.id}/photographs/1")
    assert (said.status_code, said.json()["key"]) == (404, "error.service.photograph")
    assert "a.jpg" in said.json()["detail"]


def test_nothing_is_handed_over_without_a_table_or_without_the_token(client, run_service, photos):
    review = Review.of(table("a.jpg"), photos)
    paths = ("/v1/review", f"/v1/review/{review.id}/photographs/1")
    for path in paths:
        assert client.get(path).json()["key"] == "error.service.no_review"
    given = {"review": review, "settings": Settings(tokens=Tokens([TOKEN]))}
    service = run_service(**given)
    with service.client() as other, service.client(authorization=f"Bearer {TOKEN}") as mine:
        for path in paths:
            assert other.get(path).status_code == 401
            assert mine.get(path).status_code == 200


def test_a_picture_is_shown_as_it_is_read(client, photos, tmp_path):
    turned = client.post("/v1/picture", files={"picture": ("a.jpg", (tmp_path / "a.jpg").read_bytes())})
    assert (turned.status_code, turned.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(turned.content)).size == (60, 90)
    document = (tmp_path / "b.pdf").read_bytes()
    page = client.post("/v1/picture?page=1", files={"picture": ("b.pdf", document)})
    # the boxes of a table count its pixels
    assert Image.open(io.BytesIO(page.content)).size == open_picture(Page(document, 1)).shape[::-1]


@pytest.mark.parametrize(
    ("content", "query", "key"),
    [
        (b"no picture", "", "error.picture.unknown"),
        (b"%PDF-1.7 nothing more", "", "error.picture.damaged"),
        (b"GIF89a", "", "error.picture.damaged"),
        (b"GIF89a", "?page=2", "error.picture.page"),
        (b"GIF89a", "?page=0", "error.service.value"),
    ],
)
def test_what_cannot_be_shown_says_why(client, content, query, key):
    said = client.post(f"/v1/picture{query}", files={"picture": ("a", content)})
    assert (said.status_code, said.json()["key"]) == (422, key)


def test_a_picture_longer_than_a_jpeg_can_be_says_so(client):
    file = io.BytesIO()
    Image.new("L", (1, 65_501), 255).save(file, "png")
    said = client.post("/v1/picture", files={"picture": ("a.png", file.getvalue())})
    assert (said.status_code, said.json()["key"]) == (413, "error.picture.side")
    assert "a.png" in said.json()["detail"]
