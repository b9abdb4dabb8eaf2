"""What clients encode comes back as it was, and a form that is not whole or not ours is refused; without a server."""

import httpx
import pytest

from shuzi.errors import ServiceError
from shuzi.service.pictures import form_of, pictures_of

KIND = "multipart/form-data; boundary=x"
NAMED = b'Content-Disposition: form-data; name="picture"; filename="a.png"'


def encoded(files, **data):
    """Return a form as a library for clients writes it, and its Content-Type."""
    request = httpx.Request("POST", "http://localhost", files=files, data=data)
    return request.read(), request.headers["content-type"]


def form(*parts):
    """Write a form by hand: of each part its headers, each of which ends in a line end, and its content."""
    return b"".join(b"--x\r\n" + head + b"\r\n" + content + b"\r\n" for head, content in parts) + b"--x--\r\n"


def refused(call, *given):
    with pytest.raises(ServiceError) as caught:
        call(*given)
    return caught.value.key


def test_files_come_back_with_their_names_in_order():
    contents = [b"", b"\r\n", b"\r\n--\r\n--x", bytes(range(256)) * 300]
    names = ["b.png", "a.png", "数字.png", 'a "b".png']
    files = [("picture", pair) for pair in zip(names, contents, strict=True)]
    expected = [*zip(["b.png", "a.png", "数字.png", "a %22b%22.png"], contents, strict=True)]
    body, kind = encoded(files)
    assert pictures_of(body, kind, 4) == expected
    body, kind = encoded([files[0], ("spec", ("s.toml", b"title")), *files[1:]], roster="a,b")
    pictures, others = form_of(body, kind, 4, ("spec", "roster", "hand"))
    assert pictures == expected
    assert others == {"spec": ("s.toml", b"title"), "roster": ("roster", b"a,b")}


def test_a_picture_without_a_name_has_that_of_its_field():
    body = form((b'Content-Disposition: form-data; name="picture"\r\n', b"GIF89a"))
    assert pictures_of(body, KIND, 1) == form_of(body, KIND, 1, ())[0] == [("picture", b"GIF89a")]


@pytest.mark.parametrize(
    "head",
    [
        NAMED.lower() + b"\r\n",
        NAMED + b'\r\nContent-Type: image/png; name="spec"; filename="b.png"\r\n',
        b'Content-Type: image/png; name="spec"; filename="b.png"\r\n' + NAMED + b"\r\n",
    ],
    ids=["small letters", "another header below", "another header above"],
)
def test_only_the_disposition_names_a_part(head):
    assert form_of(form((head, b"GIF89a")), KIND, 1, ("spec",)) == ([("a.png", b"GIF89a")], {})


def test_a_name_in_latin_1_is_read_too():
    body = form((b'Content-Disposition: form-data; name="picture"; filename="caf\xe9.png"\r\n', b"GIF89a"))
    assert pictures_of(body, KIND, 1) == [("café.png", b"GIF89a")]


def test_a_part_without_a_disposition_has_not_that_of_the_one_before():
    named, unnamed = (NAMED + b"\r\n", b"GIF89a"), (b"Content-Type: image/png\r\n", b"GIF89a")
    for parts in ([unnamed], [named, unnamed]):
        assert refused(pictures_of, form(*parts), KIND, 2) == "error.service.form"


def test_as_many_pictures_as_allowed_are_taken_and_no_more():
    body, kind = encoded([("picture", b"GIF89a")] * 3 + [("spec", b"")])
    assert len(form_of(body, kind, 3, ("spec",))[0]) == 3
    assert refused(form_of, body, kind, 2, ("spec",)) == "error.service.pictures"
    body, kind = encoded([("picture", b"GIF89a")] * 2)
    assert len(pictures_of(body, kind, 2)) == 2
    assert refused(pictures_of, body, kind, 1) == "error.service.pictures"


def test_other_fields_are_known_and_come_once():
    picture, spec = ("picture", ("a.png", b"GIF89a")), ("spec", ("s.toml", b""))
    body, kind = encoded([picture, spec, spec])
    assert refused(form_of, body, kind, 1, ("spec",)) == "error.service.field_twice"
    body, kind = encoded([picture, spec])
    assert refused(form_of, body, kind, 1, ("roster",)) == "error.service.field"
    assert refused(pictures_of, body, kind, 1) == "error.service.field"


def test_a_form_needs_a_picture():
    body, kind = encoded([("spec", ("s.toml", b"title"))])
    assert refused(form_of, body, kind, 1, ("spec",)) == "error.service.no_picture"
    assert refused(form_of, b"", kind, 1, ("spec",)) == "error.service.no_picture"
    assert refused(pictures_of, b"--x--\r\n", KIND, 1) == "error.service.no_picture"
    assert refused(pictures_of, b"", "image/png", 1) == "error.service.no_picture"


def test_a_form_that_was_cut_off_anywhere_is_refused():
    body = form((NAMED + b"\r\n", b"GIF89a"), (NAMED + b"\r\n", b"GIF89a"))
    whole = len(body) - len(b"\r\n")
    assert len(pictures_of(body[:whole], KIND, 2)) == 2
    for end in range(1, whole):
        assert refused(pictures_of, body[:end], KIND, 2) == "error.service.form"


@pytest.mark.parametrize("kind", ["multipart/form-data", 'multipart/form-data; boundary=""'])
def test_a_form_without_a_boundary_is_refused(kind):
    body = form((NAMED + b"\r\n", b"GIF89a")).replace(b"--x", b"--")
    for content in (body, b""):
        assert refused(pictures_of, content, kind, 1) == "error.service.form"


@pytest.mark.parametrize(
    ("kind", "is_picture"),
    [
        ("", True),
        ("image/png", True),
        ("text/plain; charset=utf-8", True),
        ("application/x-www-form-urlencoded", False),
        ("multipart/mixed; boundary=x", False),
        ("Multipart/Related; boundary=x", False),
    ],
)
def test_a_body_of_another_type_is_one_picture_unless_it_is_some_form(kind, is_picture):
    body = form((NAMED + b"\r\n", b"GIF89a"))
    assert refused(form_of, body, kind, 1, ()) == "error.service.form_type"
    if is_picture:
        assert pictures_of(body, kind, 1) == [("picture", body)]
    else:
        assert refused(pictures_of, body, kind, 1) == "error.service.form_type"


def test_the_type_of_a_form_is_read_in_any_letters():
    assert pictures_of(form((NAMED + b"\r\n", b"GIF89a")), KIND.replace("multi", "Multi"), 1) == [
        ("a.png", b"GIF89a")
    ]
