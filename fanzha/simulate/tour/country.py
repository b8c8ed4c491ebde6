"""`simulate(preset, seed)`: the same two values always make the same world."""

from fanzha.simulate.tour import calling, telling
from fanzha.simulate.tour.cast import add_accounts, add_phones, crews
from fanzha.simulate.tour.honest import END_MS, START_MS, add_honest
from fanzha.simulate.tour.money import run
from fanzha.simulate.tour.victims import add_ordeals
from fanzha.simulate.tour.world import Draft, World


def simulate(preset: str, seed: int) -> World:
    """A synthetic country in full; NotFound if there is no such preset."""
    crew_list = crews(preset)
    draft = Draft(seed)
    add_accounts(draft, crew_list)
    gangs = add_phones(draft, crew_list)
    add_honest(draft)
    ordeals = add_ordeals(draft, crew_list, gangs)
    draft.transfers = run(draft)
    return World(
        preset=preset,
        seed=seed,
        start_ms=START_MS,
        end_ms=END_MS,
        people=tuple(draft.people),
        accounts=tuple(draft.accounts.values()),
        phones=tuple(draft.phones),
        gangs=tuple(gangs),
        reports=tuple(telling.reports(draft, ordeals, gangs)),
        transfers=tuple(draft.transfers),
        calls=tuple(calling.calls(draft, ordeals, gangs)),
    )
