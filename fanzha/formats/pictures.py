"""Pictures that show a message or a code: screenshots, photographs, QR codes. Decoded and read in the confined child.

The libraries for it are the extra `pictures`. What a picture says is a reading, not the evidence: the picture is.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType
from typing import Final, Self

from fanzha.errors import InputError
from fanzha.formats import confined
from fanzha.formats.confined import Caps
from fanzha.formats.standing import Standing

PICTURE_BYTES_MAX: Final = 64 << 20
NEEDED: Final = ("zxingcpp", "cv2")
_CAPS: Final = Caps(memory_bytes=4 << 30, output_bytes=8 << 20, seconds=60)
_BEGINS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture says: the texts of its codes, and the text it shows, paragraph by paragraph as lines.

    `text` is None where letters were not looked for, because the library for it is not there.
    """

    codes: tuple[str, ...]
    text: str | None


def is_picture(head: bytes) -> bool:
    """Whether a file begins as a picture of a kind that can be read: PNG, JPEG, GIF, BMP, TIFF, WebP."""
    return head.startswith(_BEGINS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


class PictureReader:
    """Reads pictures, one after the other, with one server (`standing`). Used as a context: its end is the server's end."""

    def __init__(self) -> None:
        self._standing = Standing("picture", _CAPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._standing.close()

    def read(self, data: bytes, name: str = "") -> Picture:
        """What the picture says. UnreadableFile: damaged or too large. InputError: the extra `pictures` is not installed."""
        if len(data) > PICTURE_BYTES_MAX:
            raise confined.refused(name, *confined.REFUSED[4])
        if not all(map(find_spec, NEEDED)):
            raise InputError(
                "pictures are read with libraries that are not installed",
                "未安装读取图片所需的组件",
                where=name,
                remedy="install fanzha[pictures], or type or paste the text of the picture",
                remedy_zh="请安装 fanzha[pictures]，或直接输入、粘贴图片中的文字",
            )
        codes: tuple[str, ...] = ()
        text: str | None = None
        for value in self._standing.ask(data, name):
            codes = tuple(map(str, value.get("codes", codes)))
            text = str(value["text"]) if "text" in value else text
        return Picture(codes, text)


def read_picture(data: bytes, name: str = "") -> Picture:
    """What one picture says, as `PictureReader.read`."""
    with PictureReader() as reader:
        return reader.read(data, name)
