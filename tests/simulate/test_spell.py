"""What is written can be read back: by hand here, by `clean` where it has a reader."""

import pytest

from fanzha.clean import bank_card, cn_id, domain, imei, phone, wallet
from fanzha.simulate import invent, spell


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (35000, "三万五千"),
        (10200, "一万零二百"),
        (900, "九百"),
        (112000, "十一万二千"),
        (100500, "十万零五百"),
        (3000000, "三百万"),
    ],
)
def test_numeral(number: int, text: str) -> None:
    assert spell.numeral(number) == text


@pytest.mark.parametrize(("number", "text"), [(35000, "3.5万"), (20000, "2万"), (112000, "11.2万"), (39500, "3.95万")])
def test_ten_thousands(number: int, text: str) -> None:
    assert spell.ten_thousands(number) == text


@pytest.mark.parametrize("seed", range(20))
def test_invented_numbers_hold_their_check_digits(seed: int) -> None:
    rng = invent.stream(seed, "test")
    for bank in invent.CARD_PREFIXES:
        number = invent.card(rng, bank)
        assert len(number) == 19 and bank_card.validate(number)
        assert not bank_card.validate(spell.wrong_digit(rng, number))
        read = bank_card.parse(spell.full_width(spell.spaced(number)))
        assert read is not None and read.normal == number
    assert wallet.validate("TRON:" + invent.tron_address(rng))
    assert phone.validate(invent.cn_phone(rng)) and phone.validate(invent.thai_phone(rng))
    masked = phone.parse(spell.masked_phone(invent.cn_phone(rng)))
    assert masked is not None and masked.partial
    thai = invent.thai_phone(rng)
    read = phone.parse(spell.dialled(thai), region="TH")
    assert read is not None and read.normal == thai
    site = invent.site(rng, "invest")
    assert domain.validate(site) and site[2:4] == "--"
    device = imei.parse(invent.imei(rng))
    assert device is not None and device.valid
    person = cn_id.parse(invent.cn_id(rng))
    assert person is not None and person.problem == "area"
