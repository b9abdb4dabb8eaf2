import re
import signal

import click
import pytest

from shuzi import messages
from shuzi.cli import shuzi as root
from shuzi.cli.terminal import columns, wrap
from shuzi.data import formats

HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# three words in a row, none of which is an option, a metavar or a command
ENGLISH = re.compile(r"(?<![-\w/.\[])[A-Za-z]{2,}(?: [a-z]{2,}){2,}")


def walk(command=root, path=()):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*path, name))


COMMANDS = dict(walk())


def test_the_commands_are_all_found():
    assert set(COMMANDS) >= {
        (),
        ("train",),
        ("evaluate",),
        ("read",),
        ("models",),
        ("models", "list"),
        ("models", "describe"),
        ("models", "export"),
        ("data",),
        ("data", "info"),
        ("data", "verify"),
        ("data", "import"),
        ("data", "export"),
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_command_argument_and_option_explains_itself(path, language):
    with messages.speaking(language):
        command = COMMANDS[path]
        assert command.help
        assert command.short_help or not path
        for parameter in command.params:
            assert parameter.help, parameter.name
            if language == "zh" and parameter.name not in ("version", "help"):
                assert HAN.search(parameter.help), parameter.name


# one language per process: click caches its translations
HELP = """
import sys
from shuzi.cli import main
for path in sys.argv[1:]:
    try:
        main([*path.split(), "--help"])
    except SystemExit as end:
        assert end.code == 0
    print("=" * 20)
"""


@pytest.mark.parametrize("width", [80, 60])
@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("zh", ["用法：", "参数：", "选项：", "命令："]),
        ("en", ["Usage:", "Positional arguments:", "Options:", "Commands:"]),
    ],
)
def test_help_is_in_the_language_and_fits_the_terminal(run_alone, width, language, headings):
    paths = [" ".join(path) for path in COMMANDS]
    ended = run_alone(*paths, program=("-c", HELP), SHUZI_LANG=language, COLUMNS=str(width))
    assert (ended.code, ended.err) == (0, "")
    pages = ended.out.split("=" * 20)[:-1]
    assert len(pages) == len(COMMANDS)
    for page in pages:
        assert page.strip().startswith(headings[0])
    assert {line for line in ended.out.splitlines() if re.fullmatch("\\S.*[:：]", line)} == set(headings[1:])
    if language == "zh":
        assert [found for found in ENGLISH.findall(ended.out) if not found.startswith("shuzi ")] == []
    else:
        assert set(HAN.findall(ended.out)) <= set("数字")
    for line in ended.out.splitlines():
        assert columns(line) <= width or line.startswith(headings[0])  # broken into lines by click itself


@pytest.mark.parametrize(
    ("given", "environment", "spoken"),
    [
        (["--lang", "zh", "data", "info"], {}, "zh"),
        (["data", "--lang", "zh", "info"], {}, "zh"),
        (["data", "info", "--lang", "zh"], {}, "zh"),
        (["data", "info", "--lang=zh"], {"SHUZI_LANG": "en"}, "zh"),
        (["data", "info", "--lang", "en"], {"SHUZI_LANG": "zh"}, "en"),
        (["data", "info"], {"SHUZI_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "zh"),
        (["data", "info"], {"SHUZI_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        (["data", "info"], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
        (["data", "info"], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        (["data", "info"], {"LC_MESSAGES": "zh_TW"}, "zh"),
        (["data", "info"], {"LANG": "zh_CN"}, "zh"),
        (["data", "info"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["data", "info"], {"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "zh"),
        (["data", "info"], {}, "en"),
    ],
)
def test_the_language_is_what_the_person_asked_for(shuzi, monkeypatch, given, environment, spoken):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = shuzi(*given)
    assert ended.code == 0
    assert ("手写数字" in ended.out) == (spoken == "zh")
    assert ("handwritten digits" in ended.out) == (spoken == "en")


@pytest.mark.parametrize(
    ("language", "headings"), [("zh", ("用法：", "错误：")), ("en", ("Usage:", "Error: "))], ids=["zh", "en"]
)
@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["trian"], "trian"),
        (["train", "sofmax"], "sofmax"),
        (["train", "--steps", "0"], "--steps"),
        (["train", "--steps", "many"], "many"),
        (["train", "--steps", "1.5"], "1.5"),
        (["train", "--learning-rate", "0"], "--learning-rate"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--sped"], "--sped"),
        (["train", "--steps"], "--steps"),
        (["train", "mlp", "softmax"], "softmax"),
        (["train", "--json=yes"], "--json"),
        (["evaluate", "--report"], "--report"),
        (["evaluate", "a", "b"], "b"),
        (["read"], "PICTURE"),
        (["read", "a.png", "--jso"], "--jso"),
        (["read", "a.png", "--json", "--csv"], "--csv"),
        (["read", "a.png", "--explain", "--out", "a.csv"], "--explain"),
        (["models", "lst"], "lst"),
        (["models", "describe", "a", "b"], "b"),
        (["models", "export"], "--format"),
        (["models", "export", "--format", "onnx"], "--out"),
        (["models", "export", "--format", "pickle", "--out", "a"], "pickle"),
        (["data", "imprt"], "imprt"),
        (["data", "import", "a"], "OUT"),
        (["data", "export", "a.npz", "--part", "all"], "all"),
        (["train", "--resume", "run", "--seed", "1"], "--seed"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_wrong_use_exits_with_2_and_says_so_in_the_language(shuzi, given, named, language, headings):
    ended = shuzi("--lang", language, *given)
    assert (ended.code, ended.out) == (2, "")
    usage, error, said = re.fullmatch(r"(?s)(?:(\S+) shuzi .*\n)?(\S+?[:：] ?)(.+)\n", ended.err).groups()
    assert (usage or headings[0], error) == headings
    assert named in said
    if language == "zh":
        assert not ENGLISH.search(re.sub(r"shuzi [a-z]+( [a-z]+)?", "", ended.err))
        assert HAN.search(said)


@pytest.mark.parametrize(
    ("given", "similar"),
    [
        (["tain"], "'train'"),  # a command that is imported only when it is called
        (["form", "mak"], "'make'"),
        (["models", "lst"], "'list'"),
        (["read", "--modle", "tiny"], "'--model'"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_what_is_mistyped_gets_a_suggestion(shuzi, given, similar, language):
    assert similar in shuzi("--lang", language, *given).err


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_mistyped_recipe_is_told_the_nearest_beside_all_names(shuzi, language):
    said = shuzi("--lang", language, "train", "mlpp").err
    assert (said.count("'mlp'"), said.count("'softmax'")) == (2, 1)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("tr", "train"), ("form tr", "trace"), ("train sof", "softmax"), ("read --mo", "--model")],
)
def test_the_shell_completes_what_is_typed(run_alone, typed, completed):
    words = f"shuzi {typed}"
    count = str(len(words.split()) - 1)
    ended = run_alone(_SHUZI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert f"plain,{completed}" in ended.out.split()


def test_a_language_that_is_not_spoken_is_wrong_use(shuzi):
    ended = shuzi("--lang", "fr", "data", "info")
    assert ended.code == 2
    assert "'fr'" in ended.err


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("given", [[], ["form"], ["hand"], ["data"], ["scale"]], ids=" ".join)
def test_without_a_command_the_help_is_shown(shuzi, monkeypatch, given, language):
    monkeypatch.setenv("SHUZI_LANG", language)
    ended = shuzi(*given)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == shuzi(*given, "--help").out


def test_the_version_is_told(run_alone):
    from shuzi import __version__

    ended = run_alone("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"shuzi {__version__}\n", "")


@pytest.mark.parametrize(("language", "said"), [("zh", "已中断"), ("en", "Aborted!")])
def test_interrupted_work_exits_with_130(shuzi, monkeypatch, language, said):
    monkeypatch.setattr(formats, "read_header", lambda _: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        ended = shuzi("data", "info", "--lang", language)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.code, ended.out, ended.err.strip()) == (130, "", said)


@pytest.mark.parametrize(
    ("encoding", "shown"), [("latin-1", "70000 ?????"), ("cp1252", "70000 ?????"), ("gbk", "手写数字")]
)
def test_a_place_that_lacks_a_character_still_gets_the_rest(run_alone, encoding, shown):
    """As on Windows, where pipes are not UTF-8."""
    ended = run_alone("data", "info", "--lang", "zh", encoding=encoding)
    assert (ended.code, ended.err) == (0, "")
    assert shown in ended.out


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 8, ["one two", "three"]),
        ("训练一个网络。", 10, ["训练一个网", "络。"]),
        ("训练\uff0c一个网络", 5, ["训", "练\uff0c", "一个", "网络"]),
        ("用 shuzi train 训练", 12, ["用 shuzi", "train 训练"]),
        ("averyveryverylongword", 5, ["averyveryverylongword"]),
        ("a\n\nb", 5, ["a", "", "b"]),
    ],
)
def test_lines_break_at_spaces_and_between_chinese_characters(text, width, lines):
    assert wrap(text, width) == lines
