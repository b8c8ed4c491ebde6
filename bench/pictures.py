"""How long reading a screenshot takes: the first picture of a command, each further one, and the whole command.

    python bench/pictures.py --pictures 5 --repeats 5 --result bench/results/pictures.json

A telephone's screen of 1,080 by 2,200 pixels with an invented conversation, Chinese and English, is drawn with Pillow and Noto Sans CJK.
`first` is with the start of the child and the loading of the models, `further` without, both as `fanzha check` reads; `command` is
`fanzha check` of one such picture as a process. Seconds on the clock are given beside those of the processor (children included), which
other work on the machine moves less, and with the load of the machine before and after. Needs fanzha[pictures].
"""

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from fanzha.formats.pictures import PictureReader

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIZE, LETTER, LINE, WIDE = (1_080, 2_200), 42, 58, 680
TALK = (
    (0, "您好，我是市公安局民警王志强，警号 048213。"),
    (0, "您名下一张银行卡涉嫌一起洗钱案件，现需要您配合调查。"),
    (1, "啊？我没有办过那张卡啊"),
    (0, "请立即将资金转入安全账户核查，24小时内未处理将冻结名下全部账户。"),
    (0, "不要告诉家人，加微信 abc12345 办理"),
    (1, "OK, what do I have to do now?"),
    (0, "Open https://gaj-check.top/x?id=8812 and log in with your card number."),
    (1, "它要验证码"),
    (0, "把短信验证码发给我，这是保密办案，案件编号 (2026) 0418 号。"),
    (0, "Your account will be frozen if you do not transfer the money."),
)
SAID = ("涉嫌一起洗钱案件", "安全账户", "abc12345", "gaj-check.top", "它要验证码", "Your account will be frozen")


def screen() -> bytes:
    """The screenshot as a PNG."""
    shown = Image.new("RGB", SIZE, (237, 237, 237))
    pen, font = ImageDraw.Draw(shown), ImageFont.truetype(FONT, LETTER)
    pen.text((40, 30), "9:41", fill="black", font=font)
    pen.text((400, 110), "王警官（专案组）", fill="black", font=font)
    top = 230
    for own, text in TALK:
        lines = [""]
        for char in text:
            if pen.textlength(lines[-1] + char, font=font) > WIDE:
                lines.append("")
            lines[-1] += char
        wide = max(pen.textlength(line, font=font) for line in lines)
        left = SIZE[0] - 150 - wide if own else 150
        high = LINE * len(lines) + 40
        box = (left - 26, top, left + wide + 26, top + high)
        pen.rounded_rectangle(box, 14, fill=(149, 236, 105) if own else "white")
        for at, line in enumerate(lines):
            pen.text((left, top + 16 + LINE * at), line, fill="black", font=font)
        top += high + 36
    out = io.BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()


def processor() -> float:
    """Seconds of the processor that this process and its children that ended have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(act: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock and of the processor."""
    clock, used = time.perf_counter(), processor()
    act()
    return {"clock": time.perf_counter() - clock, "processor": processor() - used}


def reading(picture: bytes, count: int) -> list[float]:
    """Seconds on the clock for each of several pictures by one reader."""
    seconds = []
    with PictureReader() as reader:
        for _ in range(count):
            start = time.perf_counter()
            text = reader.read(picture, "screen.png").text or ""
            seconds.append(time.perf_counter() - start)
            missing = [words for words in SAID if words not in text]
            assert not missing, (missing, text)
    return seconds


def median(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    picture, load = screen(), [round(os.getloadavg()[0], 2)]
    first: list[float] = []
    further: list[float] = []
    used_once, used_more, command = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "screen.png").write_bytes(picture)
        words = [sys.executable, "-m", "fanzha", "check", "--json", "screen.png"]
        for _ in range(wanted.repeats):
            one = timed(lambda: reading(picture, 1))["processor"]
            more = timed(lambda: further.extend(reading(picture, wanted.pictures)))["processor"]
            first.append(further.pop(-wanted.pictures))
            used_once.append(one)
            used_more.append((more - one) / (wanted.pictures - 1))
            command.append(timed(lambda: subprocess.run(words, cwd=folder, capture_output=True, check=True))["clock"])
    load.append(round(os.getloadavg()[0], 2))
    commit = ["git", "rev-parse", "--short", "HEAD"]
    result = {
        "picture": {"pixels": SIZE, "bytes": len(picture), "messages": len(TALK)},
        "first_seconds": {"clock": median(first), "processor": median(used_once)},
        "further_seconds": {
            "clock": median(further),
            "processor": median(used_more),
            "slowest": round(max(further), 2),
        },
        "command_seconds": median(command),
        "repeats": wanted.repeats,
        "pictures": wanted.pictures,
        "load_before_and_after": load,
        "cores": os.cpu_count(),
        "commit": subprocess.run(commit, capture_output=True, text=True, check=False).stdout.strip(),
        "python": sys.version.split()[0],
        **{
            name: version(name) for name in ("onnxruntime", "opencv-python-headless", "rapidocr", "zxing-cpp", "pillow")
        },
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
