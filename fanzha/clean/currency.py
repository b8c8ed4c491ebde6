"""Currencies: ISO 4217 codes, minor-unit exponents, and the words and signs people write for them."""

from typing import Final

# ISO 4217 exponents that are not 2; USDT and USDC follow their token contracts (6), BTC the satoshi (8)
_EXPONENTS: Final = {
    **dict.fromkeys(("JPY", "VND", "KRW", "CLP", "ISK", "XAF", "XOF", "UGX", "PYG"), 0),
    **dict.fromkeys(("BHD", "KWD", "OMR", "JOD", "TND", "IQD", "LYD"), 3),
    **dict.fromkeys(("USDT", "USDC"), 6),
    "BTC": 8,
}
CODES: Final = frozenset(
    (
        *_EXPONENTS,
        *("CNY", "USD", "HKD", "MOP", "TWD", "SGD", "MYR", "THB", "PHP", "IDR", "INR", "LAK", "KHR", "MMK", "BDT", "PKR"),
        *("EUR", "GBP", "CHF", "AUD", "CAD", "NZD", "AED", "SAR", "QAR", "TRY", "RUB", "UAH", "PLN", "SEK", "NOK", "DKK"),
        *("CZK", "HUF", "BRL", "MXN", "ARS", "COP", "PEN", "ZAR", "NGN", "KES", "GHS", "EGP", "ILS", "LKR", "NPR", "KZT"),
        *("MNT", "BND"),
    )
)
# before the number
SIGNS: Final = {
    "¥": "CNY", "人民币": "CNY", "RMB": "CNY", "CNH": "CNY",
    "US$": "USD", "USD$": "USD", "$": "USD", "美元": "USD", "美金": "USD",
    "HK$": "HKD", "港币": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "€": "EUR", "£": "GBP", "RM": "MYR", "฿": "THB", "₩": "KRW", "₫": "VND", "₱": "PHP", "₹": "INR", "RS.": "INR",
    "RS": "INR", "RP": "IDR", "₮": "USDT", "泰达币": "USDT", "MOP$": "MOP",
}
# after the number
WORDS: Final = {
    "元": "CNY", "块": "CNY", "块钱": "CNY", "塊": "CNY", "圆": "CNY", "圓": "CNY", "元人民币": "CNY", "人民币": "CNY",
    "人民币元": "CNY", "YUAN": "CNY", "RMB": "CNY", "CNH": "CNY",
    "美元": "USD", "美金": "USD", "美刀": "USD", "DOLLARS": "USD", "US DOLLARS": "USD", "DOLLAR": "USD",
    "港币": "HKD", "港元": "HKD", "港纸": "HKD", "澳门元": "MOP", "澳门币": "MOP",
    "新台币": "TWD", "台币": "TWD", "新币": "SGD", "新加坡元": "SGD", "新元": "SGD", "坡币": "SGD",
    "马币": "MYR", "林吉特": "MYR", "令吉": "MYR", "RINGGIT": "MYR", "泰铢": "THB", "BAHT": "THB", "铢": "THB",
    "欧元": "EUR", "EUROS": "EUR", "EURO": "EUR", "€": "EUR", "英镑": "GBP", "POUNDS": "GBP", "POUND": "GBP",
    "日元": "JPY", "日圆": "JPY", "YEN": "JPY", "韩元": "KRW", "韩币": "KRW", "WON": "KRW",
    "越南盾": "VND", "越盾": "VND", "菲律宾比索": "PHP", "比索": "PHP", "缅币": "MMK", "缅元": "MMK", "缅甸币": "MMK",
    "基普": "LAK", "老挝基普": "LAK", "瑞尔": "KHR", "柬埔寨瑞尔": "KHR", "印尼盾": "IDR", "印度卢比": "INR",
    "RUPEES": "INR", "澳元": "AUD", "澳币": "AUD", "加元": "CAD", "加币": "CAD", "迪拉姆": "AED",
    "泰达币": "USDT", "U": "USDT", "个U": "USDT",
}


def exponent(code: str) -> int:
    """Decimal places of the minor unit: 2 for CNY, 0 for JPY, 6 for USDT."""
    return _EXPONENTS.get(code, 2)
