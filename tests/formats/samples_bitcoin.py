"""Invented dumps of Bitcoin's inputs and outputs: nobody's addresses, nobody's transactions."""

from collections.abc import Sequence
from hashlib import sha256

from fanzha.formats.bitcoin import INPUT_COLUMNS, OUTPUT_COLUMNS
from tests.formats.samples_records import bitcoin

DAY = "2026-09-21"
Paid = tuple[str, int]  # name of an address, satoshi
Spent = tuple[str, int]  # name of a transaction, index of its output


def digest(name: str) -> str:
    """The hash of an invented transaction."""
    return sha256(f"bitcoin transaction {name}".encode()).hexdigest()


class Chain:
    """A small chain: transactions are added in order, and each spends outputs of earlier ones."""

    def __init__(self) -> None:
        self.created: dict[tuple[str, int], tuple[str, int, str, bool]] = {}
        self.outputs: list[str] = []
        self.inputs: list[str] = []

    def add(self, name: str, at: str, spent: Sequence[Spent], paid: Sequence[Paid]) -> None:
        """A transaction at the clock `at`; one that spends nothing makes new coins."""
        fresh = not spent
        for place, (origin, number) in enumerate(spent):
            payee, value, born, coinbase = self.created[origin, number]
            told = (digest(origin), str(number), f"{DAY} {born}", value, payee, coinbase)
            spends = (
                "800001",
                digest(name),
                str(place),
                f"{DAY} {at}",
                "1.00",
                "4294967295",
                "",
                "30440220",
                "3600",
                "0.1",
            )
            self.inputs.append("\t".join((*_first(*told), *spends)))
        for number, (payee, value) in enumerate(paid):
            self.created[name, number] = (payee, value, at, fresh)
            self.outputs.append("\t".join(_first(digest(name), str(number), f"{DAY} {at}", value, payee, fresh)))

    def outputs_file(self) -> bytes:
        """The dump of outputs."""
        return "\n".join(("\t".join(OUTPUT_COLUMNS), *self.outputs, "")).encode()

    def inputs_file(self) -> bytes:
        """The dump of inputs."""
        return "\n".join(("\t".join(INPUT_COLUMNS), *self.inputs, "")).encode()


def _first(origin: str, number: str, at: str, value: int, payee: str, coinbase: bool) -> tuple[str, ...]:
    data = payee == "data"
    recipient = f"d-{origin[:32]}" if data else bitcoin(payee)
    kind, script = ("nulldata", "6a0b68656c6c6f20776f726c64") if data else ("pubkeyhash", "76a91400000088ac")
    return (
        *("800000", origin, number, at, str(value), "12.3400", recipient, kind, script),
        *("1" if coinbase else "0", "0" if data else "1"),
    )


def small() -> Chain:
    """Two miners' coins, a payment with change and a note in it, a payment of two payers."""
    chain = Chain()
    chain.add("mined 1", "08:00:00", [], [("miner", 625_000_000)])
    chain.add("mined 2", "08:10:00", [], [("other miner", 312_500_000)])
    chain.add("pays", "09:00:00", [("mined 1", 0)], [("shop", 100_000_000), ("data", 0), ("miner", 524_990_000)])
    spends = [("pays", 0), ("mined 2", 0)]
    chain.add("together", "10:00:00", spends, [("desk", 250_000_000), ("friend", 162_480_000)])
    return chain


def outputs() -> bytes:
    """The outputs of the small chain."""
    return small().outputs_file()


def inputs() -> bytes:
    """The inputs of the small chain."""
    return small().inputs_file()


SAMPLES = {
    "bitcoin_outputs.tsv": (outputs, "bitcoin_outputs"),
    "bitcoin_inputs.tsv": (inputs, "bitcoin_inputs"),
}
