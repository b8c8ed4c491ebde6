"""Pictures: what screens show is read however they are turned or scaled, one child reads all of a command, and odd shapes are no crash."""

import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import standing
from fanzha.formats.pictures import NEEDED, PictureReader, read_picture
from fanzha.show.check_inputs import asked, opened
from tests.formats.test_standing import gone

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
EXTRA = ("rapidocr", "onnxruntime", "PIL", *NEEDED)
extra = pytest.mark.skipif(
    not all(map(find_spec, EXTRA)) or not FONT.exists(), reason="needs fanzha[pictures] and Noto Sans CJK"
)
LINES = ("您的快递被扣留，请办理退款", "Pay the fee of 2.99 today", "http://kd-tuikuan.top/a1")


def shown(lines: tuple[str, ...], size: tuple[int, int], letter: int, back: str = "white", ink: str = "black") -> Any:
    from PIL import Image, ImageDraw, ImageFont

    made = Image.new("RGB", size, back)
    for at, line in enumerate(lines):
        place = (letter, letter + 2 * letter * at)
        ImageDraw.Draw(made).text(place, line, fill=ink, font=ImageFont.truetype(str(FONT), letter))
    return made


def png(made: Any, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **how)
    return out.getvalue()


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The servers that are started, by process."""
    started: list[int] = []
    launch = standing._launch

    def counted(words: list[str]) -> Any:
        server = launch(words)
        started.append(server.process.pid)
        return server

    monkeypatch.setattr(standing, "_launch", counted)
    return started


# -- without the extra


def test_text_and_other_files_start_no_child(launched: list[int], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("您好", encoding="utf-8")
    assert [one.what for one in asked(["hello", str(tmp_path / "a.txt")])] == ["text", "text"]
    assert not launched


def test_a_child_without_its_libraries_is_an_unreadable_file(
    launched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fanzha.formats.pictures.find_spec", lambda _name: True)
    monkeypatch.setattr(standing, "command", lambda _job, _caps: standing_without())
    with PictureReader() as reader:
        for name in ("a.png", "b.png"):
            with pytest.raises(UnreadableFile, match=name):
                reader.read(b"\x89PNG", name)
    assert len(launched) == 2 and gone(*launched)


def standing_without() -> list[str]:
    import sys

    return [sys.executable, "-I", "-c", "import nosuchlibrary"]


# -- with it


@extra
def test_one_child_reads_all_pictures_of_a_command_and_ends_with_it(launched: list[int], tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.png").write_bytes(png(shown((f"{name.upper() * 3} 8812",), (400, 120), 40)))
    names = [str(tmp_path / f"{name}.png") for name in "abc"]
    found = list(asked([names[0], "hello", *names[1:]]))
    assert [one.text for one in found] == ["AAA 8812", "hello", "BBB 8812", "CCC 8812"]
    assert len(launched) == 1 and gone(*launched)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(UnreadableFile, match=r"b\.png"):
        list(asked(names))
    assert len(launched) == 2 and gone(*launched)
    half = asked(names)  # a reader who stops half way
    assert next(half).text == "AAA 8812"
    half.close()
    assert gone(*launched)


@extra
def test_a_damaged_picture_costs_itself_alone(launched: list[int]) -> None:
    good = png(shown(("8812 您好",), (400, 120), 40))
    with PictureReader() as reader:
        for bad in (good[:60], b"\x89PNG\r\n\x1a\n" + bytes(50), b"\xff\xd8\xff" + good):
            with pytest.raises(UnreadableFile, match="not of this kind"):
                reader.read(bad, "bad.png")
            assert reader.read(good, "a.png").text == "8812 您好"
    assert len(launched) == 1


TURNED: dict[str, Callable[[Any], bytes]] = {
    "as it is": png,
    "small": lambda made: png(made.resize((500, 200))),
    "JPEG": lambda made: png(made, "JPEG", quality=30),
    "WebP": lambda made: png(made, "WEBP"),
    "grey": lambda made: png(made.convert("L")),
    "of two colours": lambda made: png(made.convert("1")),
    "with transparency": lambda made: png(made.convert("RGBA")),
    "a little askew": lambda made: png(made.rotate(3, expand=True, fillcolor="white")),
    "on its side": lambda made: png(made.rotate(90, expand=True)),
    "on its other side": lambda made: png(made.rotate(270, expand=True)),
    "on its head": lambda made: png(made.rotate(180)),
}


@pytest.fixture(scope="module")
def reader() -> Any:
    with PictureReader() as one:
        yield one


@extra
@pytest.mark.parametrize("how", TURNED)
def test_letters_are_read_however_they_are_shown(reader: PictureReader, how: str) -> None:
    text = reader.read(TURNED[how](shown(LINES, (1_000, 400), 40)), "a.png").text or ""
    at = [text.replace("\n", "").find(words) for words in ("快递被扣留", "办理退款", "fee of 2.99", "kd-tuikuan.top")]
    assert at == sorted(at) and at[0] >= 0, text


@extra
def test_white_on_dark_and_nothing(reader: PictureReader) -> None:
    dark = reader.read(png(shown(LINES, (1_000, 400), 40, "#1a1a2e", "#cccccc")), "a.png").text or ""
    assert "快递被扣留" in dark and "kd-tuikuan.top" in dark
    assert reader.read(png(shown((), (1_080, 2_200), 40)), "a.png").text == ""


@extra
@pytest.mark.parametrize("size", [(1, 1), (1, 3_000), (3_000, 1), (31, 33), (2, 2), (9_000, 12)])
def test_odd_shapes_are_read_and_say_nothing(reader: PictureReader, size: tuple[int, int]) -> None:
    for back in ("white", "black"):
        found = reader.read(png(shown((), size, 10, back)), "a.png")
        assert found.codes == () and found.text == ""


@extra
def test_a_long_picture_is_read_to_its_end(reader: PictureReader) -> None:
    """A conversation copied as one picture: scaled to the screen's width, not to its length."""
    lines = tuple(("", f"第 {at} 行 安全账户")[at % 4 == 0] for at in range(76))
    text = reader.read(png(shown(lines, (1_080, 6_000), 38)), "a.png").text or ""
    assert text.count("安全账户") == 19 and "72" in text
    beyond = reader.read(png(shown(("8812 您好",), (400, 33_000), 60)), "a.png")  # than OpenCV turns
    assert beyond.text == "8812 您好"


@extra
def test_one_picture_by_itself(launched: list[int]) -> None:
    data = png(shown(LINES, (1_000, 400), 40))
    assert read_picture(data, "a.png").text == opened(data, "a.png").text
    assert len(launched) == 2 and gone(*launched)
