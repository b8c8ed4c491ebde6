"""Every committed sample is taken for what it is, and for nothing else; and it is what its writer makes."""

from pathlib import Path

import pytest

from fanzha.formats import known
from fanzha.formats.grid import Source
from tests.formats import samples_bitcoin, samples_documents, samples_payments, samples_records

EXAMPLES = Path(__file__).parents[2] / "examples"
# file -> the format it is read with; every group of samples adds its own
EXPECTED: dict[str, str] = {
    **{f"formats/{name}": made[1] for name, made in samples_documents.SAMPLES.items()},
    **{f"formats/{name}": made[1] for name, made in samples_records.SAMPLES.items()},
    **{f"formats/{name}": made[1] for name, made in samples_payments.SAMPLES.items()},
    **{f"formats/{name}": made[1] for name, made in samples_bitcoin.SAMPLES.items()},
    "city/bank_east_transactions.csv": "bank_feedback",
    "city/calls_consumer_1.csv": "call_records",
    "city/calls_investigative.xlsx": "call_records_investigative",
    "city/bank_siam_statement.csv": "table",
}
WRITERS = {
    f"formats/{name}": made[0]
    for samples in (
        *(samples_documents.SAMPLES, samples_records.SAMPLES, samples_payments.SAMPLES),
        samples_bitcoin.SAMPLES,
    )
    for name, made in samples.items()
}
NARROW = {"iso20022_statement", "iso20022_transfer", "chain_transfers", "indian_call_records"} | {
    made[1]
    for made in (
        *samples_bitcoin.SAMPLES.values(),
        *samples_payments.SAMPLES.values(),
        *samples_documents.SAMPLES.values(),
    )
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_best_format(name: str) -> None:
    found = known.recognise(Source((EXAMPLES / name).read_bytes()))
    assert found[0].format == EXPECTED[name]
    assert {one.format for one in found if one.format in NARROW} <= {EXPECTED[name]}


@pytest.mark.parametrize("path", sorted((EXAMPLES / "city").iterdir()), ids=lambda path: path.name)
def test_narrow_formats_leave_the_city_alone(path: Path) -> None:
    found = known.recognise(Source(path.read_bytes()))
    assert not {one.format for one in found} & NARROW


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_sample_is_what_its_writer_makes(name: str) -> None:
    assert (EXAMPLES / name).read_bytes() == WRITERS[name]()
