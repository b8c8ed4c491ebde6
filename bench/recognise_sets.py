"""The shared text sets for `bench/recognise.py`: which there are, what each may be used for, how its labels are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fanzha.recognise.labelled import Labelled, files_in, read
from fanzha.recognise.written_texts import SOURCE, written

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data" / "text"


@dataclass(frozen=True, slots=True)
class Set:
    """One set. `use`: open (open licence), weights (weights only, cited), never (measured only). `test`: recall is measured on its scams,
    in the language `lang`. `made`: written for Fanzha; it may be trained on, but its honest rows set no
    threshold. `as_is`: labels that the set uses in another sense, and how they are read."""

    use: str
    licence: str
    what: str
    lang: str = ""
    test: bool = False
    made: bool = False
    as_is: tuple[tuple[str, str], ...] = ()


SETS = {
    "banking77_en": Set("open", "CC BY 4.0", "questions to a bank"),
    "crosswoz_val_zh": Set("open", "Apache-2.0", "service dialogues"),
    "emscad_en": Set("weights", "none stated", "job adverts, true and false", "en", test=True),
    "exais_en": Set("weights", "none stated", "Nigerian SMS"),
    "fbs_zh": Set("weights", "none stated", "SMS of fake base stations", "zh", test=True),
    "id_sms3": Set("weights", "none stated", "Indonesian SMS", "id", test=True),
    "janitr_x": Set("open", "MIT", "posts on X", "en", test=True),
    "korccvi_v3_ko": Set("weights", "none stated", "Korean calls (honest side written by a machine)", "ko", test=True),
    "mendeley_en": Set("open", "CC BY 4.0", "English SMS", "en", test=True),
    "mudou_zh": Set("weights", "none stated", "Chinese SMS"),
    "nus_en_benign": Set("weights", "none stated", "personal SMS"),
    "nus_zh_benign": Set("weights", "none stated", "personal SMS"),
    "phishing_pot_to2024": Set("never", "non-commercial", "phishing mail", "en", test=True),
    "sgd_dev_en": Set("open", "CC BY-SA 4.0", "service dialogues"),
    "spamassassin": Set("open", "public domain", "mail of 2002, honest and spam"),
    "spamhunter_2018_2021H1": Set("weights", "none stated", "reported SMS, all called spam"),
    "sw_bongoscam": Set("open", "MIT", "Swahili SMS", "sw", test=True),
    "teleantifraud_synth_zh": Set("open", "Apache-2.0", "calls written by a machine"),
    "telecom5_zh": Set("never", "research only", "messages written by a machine"),
    # its spam is advertising of the operator: honest, if unwanted
    "th_ssivakorn": Set("open", "MIT", "Thai SMS", "th", test=True, as_is=(("spam", "ad"),)),
    "vi_smishing": Set("weights", "none stated", "Vietnamese SMS", "vi", test=True),
    "zh_80w_10k": Set("weights", "none stated", "Chinese SMS and sentences"),
}
WRITTEN = {
    "en_calls": "English calls",
    "en_jobs": "English job adverts",
    "en_mail": "English mail",
    "en_posts": "English posts",
    "en_sms": "English SMS",
    "eu_mail": "mail in other European languages",
    "id": "Indonesian messages",
    "ko": "Korean calls and messages",
    "th": "Thai messages",
    "vi": "Vietnamese messages",
    "zh": "Chinese messages",
}
SETS |= {
    SOURCE + name: Set("open", "Fanzha's own", f"{what}, written by a machine for Fanzha", made=True)
    for name, what in WRITTEN.items()
}
USES = {"open": ("open",), "full": ("open", "weights")}


def rows(names: Sequence[str]) -> list[Labelled]:
    """The rows of the sets named, with their labels read as `SETS` says and the language of the set."""
    paths = [path for path in files_in(FOLDER) if path.name.removesuffix(".csv.gz") in names]
    ours = [row for row in written() if row.source in names]
    return [*map(_read_as, read(paths)), *ours]


def _read_as(row: Labelled) -> Labelled:
    known = SETS[row.source]
    lang = row.lang or ("en" if row.source == "janitr_x" else "")
    return Labelled(row.source, row.id, row.text, dict(known.as_is).get(row.label, row.label), lang)


def trainable(kind: str) -> list[str]:
    """Sets whose weights may ship in the model "open" or "full"."""
    return [name for name, one in SETS.items() if one.use in USES[kind]]
