"""Work on one block while the next is being made: reading a large file then keeps more than one core busy."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, each made by another thread while the one before is in use; at most one waits.

    What making an item raises is raised here, in its place.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as maker:  # leaving it waits for the item that is being made
        coming = maker.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, source, None)
            yield item
