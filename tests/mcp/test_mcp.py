"""An assistant, played by the protocol's own client, reads what it may and is warned of doubtful readings."""

import base64
import io
import json
import os
import subprocess
import sys
import threading
from itertools import islice

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mcp")
import anyio
from mcp import Client, StdioServerParameters

from shuzi.errors import DataError
from shuzi.forms.kinds import Field
from shuzi.forms.result import Cell, Row, Table
from shuzi.mcp.server import Readable, _decoded, answer_of


@pytest.fixture(scope="module")
def folders(tmp_path_factory, mnist):
    """Two folders: one that may be read, with pictures, and one that may not."""
    home = tmp_path_factory.mktemp("mcp")
    readable, secret = home / "scans", home / "secret"
    for folder in (readable, readable / "many", secret):
        folder.mkdir()
    images, labels = mnist.validation.images, mnist.validation.labels
    for position in range(3):
        picture(images[position]).save(readable / "many" / f"{position}_{labels[position]}.png")
    picture(images[0]).save(secret / "7.png")
    scribble = np.full((90, 90), 255, np.uint8)
    scribble[20:70, 20:70] = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (50, 50))
    Image.fromarray(scribble).save(readable / "scribble.png")
    (readable / "link.png").symlink_to(secret / "7.png")
    (readable / "links").mkdir()
    (readable / "links" / "7.png").symlink_to(secret / "7.png")
    pages = [picture(images[position]) for position in range(3)]
    pages[0].save(secret / "pages.tif", save_all=True, append_images=pages[1:])
    (readable / "links" / "pages.tif").symlink_to(secret / "pages.tif")
    picture(images[5]).save(readable / "links" / os.fsdecode(b"\xff.png"))
    (secret / "roster.csv").write_text("student\n1\n", "utf-8")
    (readable / "spec.toml").write_text(
        'title = "Scores"\nroster = "../secret/roster.csv"\n[[fields]]\nname = "student"\ncolumn = "student"\n'
        '[[fields]]\nname = "q1"\nboxes = 2\n',
        "utf-8",
    )
    return readable, secret


def picture(image):
    return Image.fromarray(255 - np.pad(image, 20))


def ask(folder, *calls):
    """Start the command as an assistant does, call tools, and return their results and the list of tools."""
    command = StdioServerParameters(command=sys.executable, args=["-m", "shuzi", "mcp", str(folder), "--lang", "en"])

    async def run():
        async with Client(command) as client:
            tools = await client.list_tools()
            return client.instructions, tools.tools, [await client.call_tool(name, values) for name, values in calls]

    return anyio.run(run)


def test_an_assistant_reads_what_it_may(folders, mnist):
    readable, secret = folders
    file = io.BytesIO()
    picture(mnist.validation.images[0]).save(file, "png")
    image = base64.b64encode(file.getvalue()).decode()
    in_addresses = base64.urlsafe_b64encode(file.getvalue()).decode().rstrip("=")
    assert set("-_") & set(in_addresses)
    pages = base64.b64encode((secret / "pages.tif").read_bytes()).decode()
    instructions, tools, results = ask(
        readable,
        ("read_numbers", {"paths": ["many"]}),
        ("read_numbers", {"paths": ["many"], "allowed": ["12345"]}),
        ("read_numbers", {"paths": ["many"], "pattern": "99+"}),
        ("read_image", {"image": image}),
        ("read_image", {"image": pages}),
        ("read_image", {"image": f"data:image/png;base64,{in_addresses}"}),
        ("read_numbers", {"paths": [str(secret / "7.png"), "../secret/7.png", "link.png", "none.png", "\0"]}),
        ("read_numbers", {"paths": ["scribble.png"]}),
        ("read_image", {"image": "no picture"}),
        ("read_image", {"image": base64.b64encode(b"no picture").decode()}),
        ("read_form", {"paths": ["many"], "spec": "spec.toml"}),
        ("read_table", {"paths": ["many"]}),
        ("read_table", {"paths": ["many"], "rows": 100}),
        ("read_numbers", {"paths": ["links"]}),
        ("read_table", {"paths": ["links", "many", "many"]}),
    )
    assert str(readable) in instructions
    assert {tool.name for tool in tools} == {"read_numbers", "read_image", "read_table", "read_form"}
    assert all(tool.annotations.read_only_hint and tool.output_schema for tool in tools)
    numbers, listed, followed, alone, paged, addressed, *others = results
    refused, scribble, text, nothing, form, table, rows, links, twice = others

    labels = [str(label) for label in mnist.validation.labels[:3]]
    told = numbers.structured_content["result"]
    assert [number["text"] for number in told] == labels
    assert json.loads(numbers.content[0].text)["text"] == labels[0]  # as shown by a client without structured results
    assert all(number["status"] != "ok" for number in listed.structured_content["result"])
    assert all(number["status"] != "ok" for number in followed.structured_content["result"])
    assert [number["text"] for number in alone.structured_content["result"]] == labels[:1]
    assert addressed.structured_content == alone.structured_content
    told = paged.structured_content["result"]
    assert [(number["source"], number["text"]) for number in told] == [
        (f"image#{page}", label) for page, label in enumerate(labels, start=1)
    ]
    errors = refused.structured_content["result"]
    assert [number["status"] for number in errors] == ["error"] * 5
    assert all("may not be read" in number["message"] for number in errors[:3])
    assert scribble.structured_content["result"][0]["status"] != "ok"
    assert text.is_error
    assert "base64" in text.content[0].text
    assert nothing.is_error
    assert form.is_error
    assert "may not be read" in form.content[0].text
    assert len(table.structured_content["problems"]) == 3
    assert rows.is_error
    told = links.structured_content["result"]
    assert sorted(number["status"] == "error" for number in told) == [False, True, True]
    assert len(twice.structured_content["problems"]) == 3 + 2 * 3
    assert sum("same" in problem["message"] for problem in twice.structured_content["problems"]) == 3


def test_wrong_arguments_are_explained_and_lose_no_other_answer(folders):
    results = ask(
        folders[0],
        ("read_numbers", {"paths": ["a" * 300, "many"]}),
        ("read_numbers", {"paths": "many"}),
        ("read_table", {"paths": ["many"], "rows": -1}),
        ("read_numbers", {"paths": ["many"], "among": ["3"]}),
    )[2]
    numbers, text, negative, unknown = results
    assert [number["status"] == "error" for number in numbers.structured_content["result"]] == [True] + [False] * 3
    for said, name in ((text, "paths"), (negative, "rows")):
        assert said.is_error
        assert said.content[0].text.startswith(f"The argument {name} ")
        assert "pydantic" not in said.content[0].text
    assert unknown.is_error  # else what was read would seem to be on the list
    assert all(name in unknown.content[0].text for name in ('"among"', "allowed"))


def test_half_a_character_in_a_path_is_answered(tmp_path):
    """No client written in Python can send it: its text is put together here."""
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    asked = {"name": "read_numbers", "arguments": {"paths": ["\ud800.png"]}}
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked},
    ]
    given = [sys.executable, "-m", "shuzi", "mcp", str(tmp_path)]
    with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        late = threading.Timer(120, server.kill)
        late.start()
        server.stdin.write("".join(json.dumps(line) + "\n" for line in lines))
        server.stdin.flush()
        answers = [json.loads(line) for line in islice(server.stdout, 2)]
        late.cancel()
        server.stdin.close()
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["result"][0]["status"] == "error"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_cancelled_call_ends_before_its_last_picture(folders, tmp_path):
    """The last picture is a pipe that nothing is written to: while it is waited for, no other call is answered."""
    number = next((folders[0] / "many").iterdir()).read_bytes()
    (tmp_path / "7.png").write_bytes(number)
    for name in ("gate.png", "never.png"):
        os.mkfifo(tmp_path / name)
    never = os.open(tmp_path / "never.png", os.O_RDWR)  # to read it waits for what is written here
    command = StdioServerParameters(command=sys.executable, args=["-m", "shuzi", "mcp", str(tmp_path)])

    async def run():
        async with Client(command) as client:
            async with anyio.create_task_group() as calls:
                calls.start_soon(
                    client.call_tool, "read_numbers", {"paths": ["gate.png", *["7.png"] * 60, "never.png"]}
                )
                gate = await anyio.open_file(tmp_path / "gate.png", "wb")  # opens once it is read
                calls.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await gate.write(number)
                await gate.aclose()
            return await client.call_tool("read_numbers", {"paths": ["7.png"]})

    assert anyio.run(run).structured_content["result"][0]["status"] == "ok"
    os.close(never)


def test_an_assistant_reads_a_form(tmp_path):
    from shuzi.forms.sheet import make_sheet
    from shuzi.forms.spec import read_spec

    pytest.importorskip("fpdf")
    pytest.importorskip("pypdfium2")
    (tmp_path / "spec.toml").write_text('title = "Scores"\nrows = 2\n[[fields]]\nname = "q1"\nboxes = 2\n', "utf-8")
    make_sheet(read_spec(tmp_path / "spec.toml"), tmp_path / "sheet.pdf")
    _, _, (form,) = ask(tmp_path, ("read_form", {"paths": ["sheet.pdf"], "spec": "spec.toml"}))
    told = form.structured_content
    assert told["columns"] == ["q1"]
    assert [row["cells"]["q1"]["status"] for row in told["rows"]] == [
        "blank"
    ]  # rows at the end that nobody filled in are left out
    assert (told["doubtful"], told["problems"]) == (0, [])


def test_an_assistant_is_told_both_numbers_of_a_wrong_sum():
    cells = {name: Cell(text, "unsure", 0.9, "sum") for name, text in (("a", "3"), ("all", "7"))}
    table = Table("Sums", (Field("a", boxes=1), Field("all", boxes=1, sum_of=("a",))), (Row(1, 0, cells),))
    assert all({"3", "7"} <= set(cell.message) for cell in answer_of(table).rows[0].cells.values())


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text.rstrip("="),
        lambda text: "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76)) + "\n",
        lambda text: f"data:image/png;base64,{text}",
    ],
)
def test_base64_of_any_kind_is_decoded(changed):
    content = np.random.default_rng(0).bytes(1_000)
    text = base64.b64encode(content).decode()
    assert set("+/=") <= set(text)
    assert _decoded(changed(text)) == content


def test_only_folders_can_be_readable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError):
        Readable.of([tmp_path / "file"])
    for folder in (tmp_path / "missing", ""):
        with pytest.raises(DataError):
            Readable.of([folder])


def test_a_folder_whose_name_begins_like_a_readable_one_is_not_readable(tmp_path):
    for name in ("scans", "scans-private"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "7.png").touch()
    readable = Readable.of([tmp_path / "scans"])
    assert readable.path("7.png") == (tmp_path / "scans" / "7.png").resolve()
    with pytest.raises(DataError):
        readable.path(tmp_path / "scans-private" / "7.png")
