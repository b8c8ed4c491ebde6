"""Containers of files: what comes out, what is refused and why, and what is no container at all."""

import gzip
import io
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import bundle, confined, known
from fanzha.formats.bundle import Member, Refused, Skipped
from fanzha.formats.child.unzip import decoded, left_behind
from fanzha.formats.grid import Source
from fanzha.formats.member import LIMITS, received, safe_name
from fanzha.formats.writing import workbook
from tests.formats.in_process import in_process as in_process
from tests.formats.samples_documents import FOLDER, bundled

pytestmark = pytest.mark.usefixtures("in_process")

DAY = (2024, 5, 6, 10, 0, 0)
STORY = "我被骗了,转账3万元。\n".encode()
Entry = tuple[zipfile.ZipInfo, bytes]


def info(name: str, *, mode: int = stat.S_IFREG | 0o644, packed: bool = True) -> zipfile.ZipInfo:
    """An entry of a ZIP file."""
    one = zipfile.ZipInfo(name, DAY)
    one.create_system = 3
    one.external_attr = mode << 16
    one.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return one


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A ZIP file."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, data in entries:
            file.writestr(name if isinstance(name, zipfile.ZipInfo) else info(name), data)
    return sink.getvalue()


def tarred(*entries: tuple[tarfile.TarInfo | str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar file."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as file:
        for name, data in entries:
            one = tarfile.TarInfo(name) if isinstance(name, str) else name
            one.size = len(data)
            file.addfile(one, io.BytesIO(data))
    return sink.getvalue()


def tar_entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """An entry that is no plain file."""
    one = tarfile.TarInfo(name)
    one.type, one.linkname = kind, target
    return one


def inside(data: bytes) -> list[bundle.Inside]:
    """Everything that a bundle says it holds."""
    source = Source(data, "sent.zip")
    assert bundle.is_archive(source) and bundle.is_bundle(source)
    return list(bundle.members(source))


def small(data: bytes, kind: str = "zip", **limits: int) -> list[bundle.Inside]:
    """The same under limits of a test's size."""
    return list(received(confined.values("unzip", data, "sent", {"kind": kind, **LIMITS, **limits})))


def refusals(found: list[bundle.Inside]) -> dict[str, str]:
    """Name -> reason of what was refused."""
    return {one.name: one.reason for one in found if isinstance(one, Refused)}


def test_in_the_confined_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the child needs for old names and every way of packing is there once it can open no file any more."""
    monkeypatch.undo()
    raw = "交易明细.csv".encode("gb18030")
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    entries = [(info("N" * len(raw)), STORY)]
    for kind in kinds:
        one = info(f"caf\u00e9{kind}")
        one.compress_type = kind
        entries.append((one, STORY))
    found = inside(zipped(*entries).replace(b"N" * len(raw), raw))
    assert found == [Member("交易明细.csv", STORY), *(Member(f"caf\u00e9{kind}", STORY) for kind in kinds)]
    assert inside(gzip.compress(tarred(("长" * 120, STORY)))) == [Member("长" * 120, STORY)]
    with pytest.raises(UnreadableFile, match="too large"):
        small(zipped(("a", b""), ("b", b"")), members=1)


def test_the_sample() -> None:
    data = bundled()
    assert (FOLDER / "handed_in.zip").read_bytes() == data
    found = inside(data)
    assert [one.name for one in found] == ["聊天记录.txt", "交易明细.csv"]
    formats = [known.best(Source(one.data)).format for one in found if isinstance(one, Member)]
    assert formats == ["chat", "bank_feedback"]


def test_members_of_a_zip_come_out_in_order_and_byte_for_byte() -> None:
    big = random.Random(1).randbytes(3 << 20)
    found = inside(zipped(("流水/", b""), ("流水/甲.csv", STORY), ("big.bin", big), ("empty.txt", b"")))
    assert found == [Skipped("流水/"), Member("流水/甲.csv", STORY), Member("big.bin", big), Member("empty.txt", b"")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_packing(method: int) -> None:
    one = info("a.txt")
    one.compress_type = method
    assert inside(zipped((one, STORY * 99))) == [Member("a.txt", STORY * 99)]


def test_a_way_of_packing_that_is_not_known_is_said() -> None:
    data = bytearray(zipped(("a.txt", STORY), ("b.txt", STORY)))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 8 : local + 10] = data[central + 10 : central + 12] = struct.pack("<H", 93)
    assert inside(bytes(data)) == [Refused("a.txt", "unreadable_file"), Member("b.txt", STORY)]


def test_what_systems_leave_behind_is_no_file_of_anybody() -> None:
    names = ["__MACOSX/._甲.csv", "a/.DS_Store", "b/Thumbs.db", "desktop.ini", "._x"]
    assert inside(zipped(*((name, b"x") for name in names))) == [Skipped(name) for name in names]
    assert not left_behind("a/Thumbs.db.csv") and left_behind("c\\.DS_Store")


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "a/../../b.csv", "/etc/passwd", "\\\\host\\share\\a", "C:\\a.csv", "c:a.csv", "..\\a.csv", "a/.."],
)
def test_names_that_lead_out_are_refused(name: str) -> None:
    data = zipped((info("placeholder" + "x" * 20), STORY))
    entry = zipped((name, STORY), ("good.csv", STORY))
    assert refusals(inside(entry)) == {safe_name(name): "unsafe_path"}
    assert inside(entry)[1] == Member("good.csv", STORY)
    assert refusals(inside(tarred((name, STORY)))) == {name: "unsafe_path"}
    assert not refusals(inside(data))


def test_a_name_with_a_nul_is_refused() -> None:
    data = zipped(("a.csv_.exe", STORY)).replace(b"a.csv_.exe", b"a.csv\0.exe")
    assert [one.reason for one in inside(data) if isinstance(one, Refused)] == ["unsafe_path"]


def test_links_and_devices_are_refused() -> None:
    link = info("link.csv", mode=stat.S_IFLNK | 0o777)
    fifo = info("pipe", mode=stat.S_IFIFO | 0o644)
    assert refusals(inside(zipped((link, b"/etc/passwd"), (fifo, b"")))) == {"link.csv": "is_link", "pipe": "is_link"}
    found = inside(
        tarred(
            (tar_entry("soft", tarfile.SYMTYPE, "/etc/passwd"), b""),
            (tar_entry("hard", tarfile.LNKTYPE, "a.csv"), b""),
            (tar_entry("device", tarfile.CHRTYPE), b""),
            (tar_entry("pipe", tarfile.FIFOTYPE), b""),
            (tar_entry("folder", tarfile.DIRTYPE), b""),
            ("a.csv", STORY),
        )
    )
    assert refusals(found) == dict.fromkeys(("soft", "hard", "device", "pipe"), "is_link")
    assert found[-2:] == [Skipped("folder"), Member("a.csv", STORY)]


def test_a_member_behind_a_password_is_refused_and_the_others_come_out() -> None:
    data = bytearray(zipped(("secret.csv", STORY), ("open.csv", STORY)))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    assert inside(bytes(data)) == [Refused("secret.csv", "encrypted"), Member("open.csv", STORY)]


def test_two_members_of_one_name_both_come_out() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(("a.csv", b"one"), ("a.csv", b"two"))
    assert inside(data) == [Member("a.csv", b"one"), Member("a.csv", b"two")]


@pytest.mark.parametrize("codec", ["gb18030", "cp437"])
def test_names_of_old_chinese_systems(codec: str) -> None:
    """Windows wrote names in the code page, without the flag that says UTF-8."""
    name = {"gb18030": "交易明细信息.csv", "cp437": "caf\u00e9.csv"}[codec]
    raw = name.encode(codec)
    data = zipped(("N" * len(raw), STORY)).replace(b"N" * len(raw), raw)
    assert inside(data) == [Member(name, STORY)]


def test_names_without_encoding() -> None:
    assert decoded("人员.csv".encode()) == decoded("人员.csv".encode("gb18030")) == "人员.csv"
    assert decoded(b"\x82t\x81") == "\u00e9t\u00fc"


def test_names_that_mislead_the_eye_are_shown_safely() -> None:
    assert inside(zipped(("invoice\u202efdp.exe", b"MZ"))) == [Member("invoice\ufffdfdp.exe", b"MZ")]
    assert safe_name("a\x1b[31m\r\n\ud800b\u2028") == "a\ufffd[31m\ufffd\ufffd\ufffdb\ufffd"
    assert len(safe_name("长" * 5_000)) == 1_001


def test_a_bomb_of_one_member_is_given_up_and_what_follows_is_refused() -> None:
    data = zipped(("bomb.csv", bytes(30 << 20)), ("after.csv", STORY))
    assert inside(data) == [Refused("bomb.csv", "too_large"), Refused("after.csv", "too_large")]


def test_a_bomb_of_many_members_stops_at_the_total() -> None:
    data = zipped(*((f"{n}.csv", bytes(4 << 20)) for n in range(6)))
    found = small(data, total=10 << 20)
    assert [type(one) for one in found] == [Member, Member, Refused, Refused, Refused, Refused]
    assert set(refusals(found).values()) == {"too_large"}


def test_a_member_above_the_limit_of_one_is_given_up_alone() -> None:
    noise = random.Random(2).randbytes(300_000)
    found = small(zipped(("a", noise), ("b", b"x")), member=200_000)
    assert found == [Refused("a", "too_large"), Member("b", b"x")]
    assert small(tarred(("a", noise), ("b", b"x")), "tar", member=200_000) == found


def test_sizes_in_the_directory_are_not_believed() -> None:
    data = bytearray(zipped(("bomb.csv", bytes(30 << 20))))
    central, local = data.index(b"PK\x01\x02"), data.index(b"PK\x03\x04")
    data[central + 24 : central + 28] = data[local + 22 : local + 26] = struct.pack("<I", 10)
    found = inside(bytes(data))  # ten bytes come out, whose sum is not the stated one
    assert refusals(found) == {"bomb.csv": "damaged_member"}


def test_members_that_lie_over_each_other_are_refused_before_any_comes_out() -> None:
    data = zipped(("a.csv", STORY), ("b.csv", STORY), ("c.csv", STORY))
    at = [place for place in range(len(data)) if data[place : place + 4] == b"PK\x01\x02"]
    again = bytearray(data)
    again[at[1] + 42 : at[1] + 46] = data[at[0] + 42 : at[0] + 46]  # b lies where a lies
    found = inside(bytes(again))
    assert refusals(found) == {"a.csv": "damaged_member", "b.csv": "damaged_member"}
    assert found[2] == Member("c.csv", STORY)


def test_more_members_than_the_limit_is_no_bundle_of_ours() -> None:
    data = zipped(*((f"{n}", b"") for n in range(30)))
    with pytest.raises(UnreadableFile, match="too large"):
        small(data, members=20)
    with pytest.raises(UnreadableFile, match="too large"):
        small(tarred(*((f"{n}", b"") for n in range(30))), "tar", members=20)


def test_damaged_members_are_said_and_the_sound_come_out() -> None:
    data = bytearray(zipped((info("a.csv", packed=False), STORY), (info("b.csv", packed=False), STORY)))
    data[data.index(STORY) + 4] ^= 1
    assert inside(bytes(data)) == [Refused("a.csv", "damaged_member"), Member("b.csv", STORY)]
    deflated = bytearray(zipped(("a.csv", STORY * 50), ("b.csv", STORY)))
    at = deflated.index(b"a.csv") + 5
    deflated[at : at + 8] = b"\xff" * 8
    assert inside(bytes(deflated))[0] == Refused("a.csv", "damaged_member")


def test_a_zip_without_its_directory_is_a_damaged_bundle() -> None:
    data = zipped(("a.csv", STORY))
    for cut in (data[:-30], data[:40], b"PK\x03\x04"):
        source = Source(cut, "cut.zip")
        assert bundle.is_archive(source)
        with pytest.raises(UnreadableFile, match=r"cut\.zip"):
            list(bundle.members(source))
    assert inside(zipped()) == []


def test_bytes_before_the_first_member() -> None:
    data = zipped(("a.csv", STORY))
    assert bundle.zip_names(b"junk" * 100 + data) == ["a.csv"]
    assert not bundle.is_archive(Source(b"MZ" + data))  # a program that unpacks itself is a program


def test_zip64_names_are_read() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file, file.open(info("a.csv", packed=False), "w", force_zip64=True) as one:
        one.write(STORY)
    assert bundle.zip_names(sink.getvalue()) == ["a.csv"]
    assert inside(sink.getvalue()) == [Member("a.csv", STORY)]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["tar", "tar.gz"])
def test_tar(form: int, pack: type[bytes]) -> None:
    name = "流水/甲.csv" if form == tarfile.USTAR_FORMAT else "流水/" + "长" * 120 + ".csv"
    data = pack(tarred((name, STORY), ("b.csv", b""), form=form))
    assert inside(data) == [Member(name, STORY), Member("b.csv", b"")]


def test_a_tar_of_an_old_chinese_system() -> None:
    raw = "明细.csv".encode("gb18030")
    data = bytearray(tarred(("N" * len(raw), STORY), form=tarfile.USTAR_FORMAT))
    data[: len(raw)] = raw
    total = sum(data[:148]) + 8 * 32 + sum(data[156:512])
    data[148:156] = f"{total:06o}\0 ".encode()
    assert inside(bytes(data)) == [Member("明细.csv", STORY)]


def test_a_cut_tar_says_what_is_missing() -> None:
    data = tarred(("a.csv", STORY), ("b.csv", STORY * 100))
    found = inside(data[:1800])
    assert found == [Member("a.csv", STORY), Refused("b.csv", "damaged_member")]
    with pytest.raises(UnreadableFile):
        inside(b"b" + data[1:])  # the header's sum does not hold


def test_a_tar_bomb_in_gzip_is_not_unpacked() -> None:
    data = gzip.compress(tarred(("bomb.csv", bytes(40 << 20))))
    source = Source(data, "bomb.tar.gz")
    assert not bundle.is_archive(source)  # what does not unpack within the limits is not looked into


@pytest.mark.parametrize(("magic", "name"), [(b"Rar!\x1a\x07\x01\0", "RAR"), (b"7z\xbc\xaf\x27\x1c\0\4", "7z")])
def test_what_is_not_unpacked_here_says_what_to_do(magic: bytes, name: str) -> None:
    source = Source(magic + bytes(100), "sent.bin")
    assert bundle.is_archive(source)
    with pytest.raises(UnreadableFile) as refused:
        list(bundle.members(source))
    assert name in refused.value.say("en") and name in refused.value.say("zh")
    assert "ZIP" in refused.value.remedy and "ZIP" in refused.value.remedy_zh


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"a,b\n1,2\n",
        STORY,
        gzip.compress(STORY, mtime=0),
        workbook([["a", "b"], [1, 2]], "1"),
        zipped(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a/>")),
        zipped(("AndroidManifest.xml", b"\3\0"), ("classes.dex", b"dex\n")),
        zipped(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")),
    ],
)
def test_what_is_no_bundle(data: bytes) -> None:
    assert not bundle.is_bundle(Source(data))


def test_a_bundle_in_a_bundle_is_a_member_like_any_other() -> None:
    inner = zipped(("a.csv", STORY))
    found = inside(zipped(("inner.zip", inner)))
    assert found == [Member("inner.zip", inner)]
    assert inside(inner) == [Member("a.csv", STORY)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.text("ab流水/.", min_size=1, max_size=8), st.binary(max_size=40)), max_size=4),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.booleans(),
)
def test_no_damage_gets_through_unsaid(
    entries: list[tuple[str, bytes]], flips: list[tuple[int, int]], packed: bool
) -> None:
    """A damaged ZIP is refused, or each entry of its directory is a member whose sum holds, refused or skipped."""
    named = dict(entries)
    data = bytearray(zipped(*((info(name, packed=packed), content) for name, content in named.items())))
    for place, byte in flips:
        data[place % len(data)] = byte
    source = Source(bytes(data), "x.zip")
    names = bundle.zip_names(bytes(data))
    assert names is None or len(names) <= len(named)
    if not bundle.is_archive(source):
        return
    try:
        found = list(bundle.members(source))
    except UnreadableFile:
        return
    whole = Counter(zlib.crc32(content) for content in named.values())
    for one in found:
        if isinstance(one, Member) and not flips:
            assert whole[zlib.crc32(one.data)] > 0
    if not flips:
        assert len(found) == len(named)
