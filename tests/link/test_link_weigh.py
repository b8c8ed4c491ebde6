"""Weights by kind: what joins alone, what never does, and that the numbers say where they are from."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from link_worlds import linked, mention, near, partition, report, why

from fanzha.clean import (
    account,
    address,
    app,
    bic,
    cell,
    certificate,
    cn_id,
    cnaps,
    credit_code,
    domain,
    email,
    iban,
    iccid,
    imei,
    imsi,
    name,
    phone,
    url,
    wallet,
)
from fanzha.clean.reference.reading import provenance
from fanzha.clean.reference.shipped import shipped_tables
from fanzha.link.benign import shipped_benign
from fanzha.link.weigh import Seen, pull, read_weights, shipped_weights, shipped_weights_text, specificity

KINDS = (account, address, app, bic, cell, certificate, cn_id, cnaps, credit_code, domain, email)
MORE = (iban, iccid, imei, imsi, name, phone, url, wallet)
# kind, a value in normal form, and by how many reports it may be named and still join them (0: never)
JOINS = [
    ("iban", "GB82WEST12345698765432", 1023),
    ("iccid", "89000123456789012341", 1023),
    ("imsi", "460001234567890", 1023),
    ("certificate", "sha1:a9993e364706816aba3e25717850c26c9cd0d89d", 3),
    ("app", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 255),
    ("app", "com.example.loan", 255),
    ("app", "top.ab", 7),
    ("credit_code", "91110000600037341L", 7),
    ("cell", "460-00-1234-56789", 0),
    ("cnaps", "102100099996", 0),
    ("bic", "DEUTDEFF500", 0),
    ("address", "广东省深圳市南山区示例街道示例路12号3栋501室", 0),
    ("cn_id", "11010519491231002X", 0),
]


def test_every_kind_that_clean_knows_is_weighed() -> None:
    weights = shipped_weights()
    assert {module.KIND for module in (*KINDS, *MORE)} <= set(weights.cap)
    assert set(weights.cap) == set(weights.floor)
    assert all(0 <= weights.floor[kind] <= weights.cap[kind] for kind in weights.cap)


@pytest.mark.parametrize(("kind", "value", "most"), JOINS)
def test_up_to_how_many_reports_a_value_joins(kind: str, value: str, most: int) -> None:
    weights = shipped_weights()
    base = weights.base(kind, value)
    joining = [n for n in range(1, 2050) if pull(weights, base, Seen(n, True, False), False).joins]
    assert joining == list(range(1, most + 1))
    alone = pull(weights, weights.base(kind, value), Seen(2, True, False), False)
    assert alone.why == ("specific" if most else "weak_kind")


@pytest.mark.parametrize(("kind", "value", "most"), JOINS)
def test_reports_that_share_it_become_one_case_or_stay_two(kind: str, value: str, most: int) -> None:
    engine = linked([report(1), report(2)], [mention(row, kind, value) for row in (1, 2)])
    assert len(partition(engine)) == (1 if most else 2)
    assert why(engine, value) == (2, bool(most), "specific" if most else "weak_kind")


@pytest.mark.parametrize("kind", ["iban", "iccid", "imsi", "credit_code", "certificate"])
def test_a_mistyped_value_joins_nothing_and_is_a_near_link(kind: str) -> None:
    value = {one: text for one, text, _ in JOINS}[kind]
    engine = linked([report(1), report(2)], [mention(row, kind, value, valid=False) for row in (1, 2)])
    assert len(partition(engine)) == 2
    assert why(engine, value) == (2, False, "invalid")
    assert near(engine) == [("1-1", "1-2", value, "shared_mention")]


@pytest.mark.parametrize(
    ("kind", "full"),
    [("iban", "GB82WEST12345698765432"), ("iccid", "89000123456789012341"), ("imsi", "460001234567890")],
)
def test_a_masked_value_never_joins_by_itself(kind: str, full: str) -> None:
    hidden = full[:6] + "*" * (len(full) - 10) + full[-4:]
    engine = linked([report(1), report(2)], [mention(1, kind, hidden), mention(2, kind, full)])
    assert len(partition(engine)) == 2
    assert near(engine) == [("1-1", "1-2", hidden, "partial_match")]


@given(st.sampled_from([(kind, value) for kind, value, _ in JOINS]), st.integers(0, 5000), st.integers(0, 5000))
def test_more_reports_never_weigh_more(one: tuple[str, str], some: int, others: int) -> None:
    weights, few, many = shipped_weights(), min(some, others), max(some, others)
    base = weights.base(*one)
    assert weights.weight(base, few) >= weights.weight(base, many) >= 0
    assert isinstance(weights.weight(base, many), int)


@given(st.sampled_from(sorted(shipped_weights().cap)), st.text(max_size=60))
def test_every_text_has_a_weight_within_the_bounds_of_its_kind(kind: str, value: str) -> None:
    weights = shipped_weights()
    assert specificity(kind, value) >= 0
    assert weights.floor[kind] <= weights.base(kind, value) <= weights.cap[kind]


@given(st.sampled_from([value for _, value, _ in JOINS]), st.data())
def test_hiding_a_character_never_says_more(value: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(value) - 1))
    hidden = value[:place] + "*" + value[place + 1 :]
    assert specificity("other", hidden) <= specificity("other", value)


@pytest.mark.parametrize("text", [shipped_weights_text(), shipped_benign().text])
def test_weights_and_benign_values_name_source_and_day(text: bytes) -> None:
    source, as_of = provenance(yaml.safe_load(text), "link")
    assert len(source) > 20
    assert as_of >= "2026-11-01"


def test_the_shipped_weights_are_those_of_the_file() -> None:
    assert read_weights(shipped_weights_text().decode()) == shipped_weights()


def test_no_short_number_of_the_reference_data_joins_reports() -> None:
    weights, benign = shipped_weights(), shipped_benign()
    owners = next(table for table in shipped_tables() if table.name == "short_codes")
    for row in owners.rows:
        base = weights.base("phone", row.key)
        found = pull(weights, base, Seen(2, True, False), benign.covers("phone", row.key))
        assert not found.joins, row
