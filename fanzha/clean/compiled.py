"""Loops compiled to machine code, only when an input is large enough to pay for it.

Numba takes about half a second to import and a second to compile. A kernel is therefore a plain Python function, which a short
input runs as it is; `compiled` gives the fast twin and imports Numba at the first call.
"""

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(kernel: Callable[..., Any], signature: str) -> Callable[..., Any]:
    """`kernel` compiled for one Numba signature (text, such as `"void(int64[::1])"`).

    The machine code is kept between processes where there is a place to write it: beside the source, or in the user's cache folder.
    Where there is none, or the disk is full, it is compiled again in each process. Compiled code does not check
    bounds: callers check that no index leaves its array. Globals that a kernel reads are frozen at the first call.
    """
    import numba  # half a second: not paid by those who never need it

    try:
        return _compile(numba, kernel, signature, keep=True)
    except (RuntimeError, OSError):  # Numba found no folder to write to, or could not write there
        return _compile(numba, kernel, signature, keep=False)


def _compile(numba: Any, kernel: Callable[..., Any], signature: str, keep: bool) -> Callable[..., Any]:
    fast: Callable[..., Any] = numba.njit(signature, cache=keep)(kernel)
    return fast
