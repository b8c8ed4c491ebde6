"""Slips of the finger: looked up one by one and all at once they are the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.link.slips import Slips, slips

digits = st.text("0123", min_size=12, max_size=14)


@settings(max_examples=80, deadline=None)
@given(full=st.lists(digits, max_size=12, unique=True), data=st.data())
def test_all_at_once_is_one_by_one(full: list[str], data: st.DataObject) -> None:
    held = Slips(8)
    held.put_full((("account", value), n) for n, value in enumerate(full))
    near = [data.draw(st.sampled_from(sorted(set(slips(one))))) for one in full if len(set(one)) > 1]
    wanted = [("account", one) for one in [*near, *data.draw(st.lists(digits, max_size=4))]]
    wanted += [("iban", "GB82WEST12345698765432"), ("account", "12"), ("phone", "13800138000"), ("account", "９" * 12)]
    assert held.slip_fits_all(wanted) == {key: held.slip_fits(key) for key in wanted}


def test_nineteen_digits_fit() -> None:
    held = Slips(8)
    held.put_full([(("account", "9999999999999999991"), 7), (("account", "6222021001116245702"), 8)])
    keys = [("account", "9999999999999999981"), ("account", "6222021001116245792"), ("account", "6222021001116245711")]
    assert list(held.slip_fits_all(keys).values()) == [[7], [8], []]
    assert held.slip_fits(("account", "6222021001116245711")) == []


def test_a_slip_is_one_digit_or_two_exchanged() -> None:
    made = set(slips("1123"))
    assert {"2123", "1023", "1213", "1132"} <= made
    assert "1123" not in made
    assert len(list(slips("1123"))) == len(made) == 4 * 9 + 2
