"""`fanzha` and `python -m fanzha`."""

import sys

from fanzha.errors import FanzhaError, StorageFailed
from fanzha.show.cli import make_app
from fanzha.show.present_error import leave
from fanzha.show.usage import call
from fanzha.show.words import Words, choose_language


def main() -> None:
    """Run one command and leave with its exit status."""
    words = Words(choose_language(sys.argv[1:]))
    try:
        call(make_app(words), sys.argv[1:])
    except FanzhaError as error:
        leave(error, words, json_wanted="--json" in sys.argv)
    except MemoryError:
        wanting = StorageFailed(
            "there is not enough memory",
            "内存不足",
            remedy="close other programs and run the same command again; everything acknowledged is kept",
            remedy_zh="请关闭其他程序后重新运行同一命令；已确认的内容均已保存",
        )
        leave(wanting, words, json_wanted="--json" in sys.argv)
    except KeyboardInterrupt:
        print(f"\n{words('interrupted')}", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has gone; there is nobody left to tell
        sys.stderr.close()
        sys.exit(141)


if __name__ == "__main__":
    main()
