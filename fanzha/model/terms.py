"""The terms under which a file is received: who sent it, for what purpose, on what ground, how far it may travel."""

from dataclasses import asdict, dataclass, fields
from functools import cache
from zoneinfo import available_timezones

from fanzha.errors import InputError

# Purposes for which personal data may be shown or exported (Anti-Telecom and Online Fraud Law, arts. 16, 18, 20, 27, 34).
PURPOSES = {
    "anti_fraud": ("prevention and investigation of telecom and online fraud", "防范和侦办电信网络诈骗"),
    "refund": ("return of victims' money", "涉案资金返还"),
    "appeal": ("examination of an appeal", "申诉核查"),
    "audit": ("supervision of this work", "监督检查"),
    "training": ("training with invented data", "虚构数据培训"),
}
UNSTATED = "unstated"  # nobody said; shown as such
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
SENSITIVITY = ("public", "internal", "personal", "sensitive_personal")


_zones = cache(available_timezones)


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of one admission. The defaults are the strictest that still allow the work.

    body         the body the file came from
    purpose      a key of PURPOSES
    legal_basis  the ground for keeping it, in the deploying body's words
    sensitivity  one of SENSITIVITY
    tlp          handling, one of TLP (TLP 2.0)
    reliability  Admiralty pair: source A-F, information 1-6 (F6: neither can be judged)
    zone         IANA time zone assumed where a file states none
    region       country assumed for phone numbers without a country code (ISO 3166)
    currency     currency assumed where a file states none (ISO 4217)
    date_order   "dmy" or "mdy": how 03/04/2024 is meant where a file does not tell; "" where nobody said
    account      whose statement it is, where the file does not say; "" where nobody said
    retain_days  days after admission at which it must be looked at again and erased or kept with a reason; "" for no clock
    """

    body: str = UNSTATED
    purpose: str = "anti_fraud"
    legal_basis: str = UNSTATED
    sensitivity: str = "sensitive_personal"
    tlp: str = "AMBER+STRICT"
    reliability: str = "F6"
    zone: str = "Asia/Shanghai"
    region: str = "CN"
    currency: str = "CNY"
    date_order: str = ""
    account: str = ""
    retain_days: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (("purpose", tuple(PURPOSES)), ("tlp", TLP), ("sensitivity", SENSITIVITY)):
            if getattr(self, name) not in allowed:
                choices = ", ".join(allowed)
                raise InputError(
                    f"{getattr(self, name)!r} is no {name}",
                    f"{getattr(self, name)!r} 不是有效的 {name}",
                    remedy=f"choose one of: {choices}",
                    remedy_zh=f"可选：{choices}",
                )
        if self.zone not in _zones():
            raise InputError(
                f"there is no time zone {self.zone!r}",
                f"没有名为 {self.zone!r} 的时区",
                remedy="use an IANA name, for example Asia/Bangkok",
                remedy_zh="请使用 IANA 名称，例如 Asia/Bangkok",
            )
        for name, length in (("currency", (3, 4)), ("region", (2,))):
            value = getattr(self, name)
            if not (value.isascii() and value.isalpha() and value.isupper() and len(value) in length):
                raise InputError(
                    f"{value!r} is no {name}",
                    f"{value!r} 不是有效的 {name}",
                    remedy="write CNY, THB, USD ... or CN, TH, US ...",
                    remedy_zh="例如 CNY、THB、USD，或 CN、TH、US",
                )
        if self.date_order not in ("", "dmy", "mdy"):
            raise InputError(
                f"{self.date_order!r} is no order of day and month",
                f"{self.date_order!r} 不是有效的日期顺序",
                remedy="write dmy or mdy",
                remedy_zh="请填写 dmy(日月年)或 mdy(月日年)",
            )
        if self.retain_days and not (self.retain_days.isascii() and self.retain_days.isdigit()):
            raise InputError(
                f"{self.retain_days!r} is no number of days",
                f"{self.retain_days!r} 不是有效的天数",
                remedy="write a whole number, for example 180",
                remedy_zh="请填写整数,例如 180",
            )
        if len(self.reliability) != 2 or self.reliability[0] not in "ABCDEF" or self.reliability[1] not in "123456":
            raise InputError(
                f"{self.reliability!r} is no Admiralty pair",
                f"{self.reliability!r} 不是有效的可靠性代码",
                remedy="write a letter A-F and a digit 1-6, for example B2",
                remedy_zh="填写字母 A-F 加数字 1-6,例如 B2",
            )

    def as_dict(self) -> dict[str, str]:
        """The terms as they are written into the journal."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, str]) -> "Terms":
        """The terms as they stand in the journal; unknown keys of newer versions are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in raw.items() if name in known})
