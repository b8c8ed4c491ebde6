"""Wallet addresses: the vectors published with BIP-173, BIP-350, EIP-55, and well-known contract addresses."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import base58, bech32, wallet
from fanzha.clean.keccak import keccak_256

EIP55 = (
    "52908400098527886E0F7030069857D2E4169EE7",
    "8617E340B3D01FA5F11F306F4090FD50E238070D",
    "de709f2102306220921060314715629080e2fb77",
    "27b1fdb04752bbc536007a920d24acb045561c26",
    "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
BECH32_VALID = (
    "A12UEL5L",
    "a12uel5l",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "?1ezyfcl",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
)
BECH32_INVALID = (
    "\x201nwldj5",
    "\x7f1axkwrx",
    "\x801eym55h",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
    "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
)
BECH32M_VALID = (
    "A1LQFN3A",
    "a1lqfn3a",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "?1v759aa",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
)
BECH32M_INVALID = (
    "\x201xj0phk",
    "\x7f1g6xzxy",
    "\x801vctc34",
    "qyrz8wqd2c9m",
    "1qyrz8wqd2c9m",
    "y1b0jsk6g",
    "lt1igcx5c0",
    "in1muywd",
    "mm1crxm3i",
    "au1s5cgom",
    "M1VUXWEZ",
    "16plkw9",
    "1p2gdwpf",
    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
)
SEGWIT = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy": "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c": "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
}
SEGWIT_INVALID = (
    "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
    "bc1pw5dgrnzv",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
    "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j",
    "bc1gmk9yu",
)
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
P2SH = "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"
TRON_USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


def test_keccak_vectors() -> None:
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert keccak_256(b"transfer(address,uint256)").hex()[:8] == "a9059cbb"
    assert len(keccak_256(b"x" * 500)) == 32
    assert keccak_256(b"") != hashlib.sha3_256(b"").digest()


@pytest.mark.parametrize("body", EIP55)
def test_eip55_vectors(body: str) -> None:
    assert wallet.checksummed(body.lower()) == body
    value = wallet.parse(f"0x{body}")
    assert value is not None and value.valid and value.normal == f"ETH:0x{body.lower()}"


def test_eip55_wrong_case_is_kept_as_invalid() -> None:
    value = wallet.parse("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    assert value is not None and (value.valid, value.problem) == (False, "check_digit")
    for hint in ("BSC", "USDT", "ETH", "erc-20", "Polygon"):
        hinted = wallet.parse("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", chain=hint)
        assert hinted is not None and hinted.normal == "ETH:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"


@pytest.mark.parametrize("text", BECH32_VALID)
def test_bech32_valid(text: str) -> None:
    decoded = bech32.decode(text)
    assert decoded is not None and decoded[2] == bech32.BECH32
    assert bech32.encode(decoded[0], decoded[1], bech32.BECH32) == text.lower()


@pytest.mark.parametrize("text", BECH32M_VALID)
def test_bech32m_valid(text: str) -> None:
    decoded = bech32.decode(text)
    assert decoded is not None and decoded[2] == bech32.BECH32M
    assert bech32.encode(decoded[0], decoded[1], bech32.BECH32M) == text.lower()


@pytest.mark.parametrize("text", BECH32_INVALID + BECH32M_INVALID)
def test_bech32_invalid(text: str) -> None:
    assert bech32.decode(text) is None


@pytest.mark.parametrize(("address", "script"), list(SEGWIT.items()))
def test_segwit_valid(address: str, script: str) -> None:
    found = bech32.witness(address, address[:2].lower())
    assert found is not None
    version, program = found
    assert bytes([version + 0x50 if version else 0, len(program)]).hex() + program.hex() == script
    value = wallet.parse(address)
    assert value is not None and value.valid and value.normal == f"BTC:{address.lower()}"


@pytest.mark.parametrize("address", SEGWIT_INVALID)
def test_segwit_invalid(address: str) -> None:
    assert bech32.witness(address, "bc") is None
    assert bech32.witness(address, "tb") is None
    value = wallet.parse(address)
    assert value is None or not value.valid


@pytest.mark.parametrize(
    ("text", "chain", "normal", "valid"),
    [
        (GENESIS, None, f"BTC:{GENESIS}", True),
        (P2SH, "BTC", f"BTC:{P2SH}", True),
        (f"BTC:{GENESIS}", None, f"BTC:{GENESIS}", True),
        (f"bitcoin:{GENESIS}?amount=1", None, f"BTC:{GENESIS}", True),
        (GENESIS[:-1] + "b", None, f"BTC:{GENESIS[:-1]}b", False),
        (TRON_USDT, None, f"TRON:{TRON_USDT}", True),
        (TRON_USDT, "USDT", f"TRON:{TRON_USDT}", True),
        (TRON_USDT, "TRX", f"TRON:{TRON_USDT}", True),
        (TRON_USDT[:-1] + "u", "TRC20", f"TRON:{TRON_USDT[:-1]}u", False),
        (f"\u200b{TRON_USDT} ", None, f"TRON:{TRON_USDT}", True),
        ("rInventedXrpAddress123456789ABCDE", "XRP", "XRP:rInventedXrpAddress123456789ABCDE", False),
        (P2SH, "LTC", f"LTC:{P2SH}", False),
        ("Qinvented123", "FOO", "OTHER:Qinvented123", False),
    ],
)
def test_wallet_spellings(text: str, chain: str | None, normal: str, valid: bool) -> None:
    value = wallet.parse(text, chain=chain)
    assert value is not None
    assert (value.normal, value.valid) == (normal, valid)
    again = wallet.parse(normal)
    assert again is not None and again.normal == normal


@pytest.mark.parametrize(
    "text", ["", "0x123", "0x" + "a" * 64, "1" * 30, "https://a.com", "BTC:", "bc1", "T" * 34, "hello:worldworld"]
)
def test_not_a_wallet(text: str) -> None:
    assert wallet.parse(text) is None


def test_masked_and_specificity() -> None:
    assert wallet.masked(f"TRON:{TRON_USDT}") == "TRON:TR7NHq****Lj6t"
    assert wallet.specificity(f"TRON:{TRON_USDT}") == 160_000
    assert wallet.validate(f"BTC:{GENESIS}") and not wallet.validate(GENESIS)


@given(st.binary(max_size=40))
def test_base58_round_trip(raw: bytes) -> None:
    assert base58.decode(base58.encode(raw)) == raw
    if raw:
        assert base58.decode_check(base58.encode_check(raw)) == raw


@given(st.binary(min_size=20, max_size=20), st.sampled_from([0x00, 0x05, 0x41]))
def test_made_addresses_are_valid(key: bytes, version: int) -> None:
    address = base58.encode_check(bytes([version]) + key)
    value = wallet.parse(address)
    assert value is not None and value.valid
    assert value.normal.startswith("TRON:" if version == 0x41 else "BTC:")


@given(
    st.one_of(st.text(max_size=60), st.from_regex(r"(bc1|0x|T|1|XRP:)[0-9a-zA-Z]{0,60}", fullmatch=True)),
    st.sampled_from([None, "BTC", "XRP", "USDT", "?", ""]),
)
def test_never_raises_and_is_idempotent(text: str, chain: str | None) -> None:
    value = wallet.parse(text, chain=chain)
    wallet.validate(text)
    if value is not None:
        again = wallet.parse(value.normal)
        assert again is not None and again.normal == value.normal
        assert wallet.masked(value.normal) and wallet.specificity(value.normal) > 0
