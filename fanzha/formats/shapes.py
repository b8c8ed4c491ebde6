"""Layouts whose columns must be laid out anew before a maker can read them: who paid whom, who called whom.

A shape works on cells as a person corrected them, so corrections name the columns of the file itself.
"""

from collections.abc import Callable, Sequence

import pyarrow as pa

from fanzha.formats.grid import Grid, Source
from fanzha.formats.mapping import Mapping
from fanzha.formats.on_chain import on_chain
from fanzha.formats.outputs_spent import outputs_spent
from fanzha.formats.payments import alipay, bill, registration, tenpay, two_users
from fanzha.formats.two_parties import two_parties

Shape = Callable[[Mapping, Grid, Source], dict[str, Sequence[str]]]
_SHAPES: dict[str, Shape] = {
    "alipay": alipay,
    "bill": bill,
    "on_chain": on_chain,
    "outputs_spent": outputs_spent,
    "registration": registration,
    "tenpay": tenpay,
    "two_parties": two_parties,
    "two_users": two_users,
}


def shaped(mapping: Mapping, grid: Grid, source: Source) -> tuple[Mapping, Grid]:
    """The block as its maker reads it. A field that the shape makes replaces the columns of that field."""
    if not mapping.shape:
        return mapping, grid
    made = _SHAPES[mapping.shape](mapping, grid, source)
    columns = [pa.array(list(cells), pa.string()) for cells in made.values()]
    whole = Grid(
        (*grid.header, *made), (*grid.cells, *columns), grid.rows, grid.offsets, grid.bad, grid.structure, grid.first
    )
    return mapping.replaced(tuple(made), len(grid.header)), whole
