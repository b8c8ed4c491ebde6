"""A brief run of the fuzzer of texts; ten million are `make fuzztext`."""

from tests.fuzz.text_inputs import run


def test_random_texts_raise_nothing_and_take_linear_time() -> None:
    result = run(8_000, seed=20261126, jobs=1, size=4_000)
    assert result["inputs"] == 8_000
    assert not result["failed"], result["example"]
    assert not result["more_than_linear"]
