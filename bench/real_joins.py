"""Real scam reports and phishing kits: what identical values alone would join, what joins here, and joins read by hand.

    python bench/real_joins.py --seed 20261126 --result bench/results/real_joins.json --read /somewhere/private.txt

Reads `../shared/data/identifiers` (not part of this repository). The reports of scam sites go in as they are; the monthly tables of
phishing kits and the list of stalkerware through a kept mapping, `KITS` and `STALKERWARE` below. `--read` writes the drawn joins in
full for the person who reads them: keep that file out of the repository. The verdicts stand in `real_joins.md`, masked, one line a
join, and are counted from there; a drawn join without a line is reported as unread.

Joins are drawn by report, not by pair: a report that has a direct link, then one of the reports it is linked to. Draws use the
half of the values that `half` names, so that what was learnt on one half is measured on the other.
"""

import argparse
import csv
import gzip
import io
import json
import math
import os
import pickle
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml

import fanzha
from fanzha.clean import wallet
from fanzha.link.benign import Benign, shipped_benign
from fanzha.link.components import components
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL, file_and_row
from fanzha.link.linker import Linker
from fanzha.link.pairs import neighbours, shared, support, together
from fanzha.link.weigh import shipped_weights
from fanzha.model.terms import Terms

DATA = Path(__file__).parents[2] / "shared/data/identifiers"
LIST = Path(__file__).parent / "results/real_joins.md"
TERMS = Terms(date_order="mdy", zone="UTC", region="US")
# The link is the researcher's post about it and the name of a kit is a file name (`KitName` is read as a domain under .zip).
KITS = ("ReferenceLink=", "KitName=", "ThreatActor=text", "ThreatActorEmail=mention:email", "PhishingDomain=mention",
        "KitHash=mention:app", "KitUrl=mention:url", "DateFound=at", "Target=stated_type")  # fmt: skip
STALKERWARE = ("name=text", "names=text", "packages=mention:app", "certificates=mention:certificate", "c2.ips=mention:ip", "c2.ip=mention:ip")  # fmt: skip
UNCUT = 10**9
LINE = re.compile(
    r"\| (\w+) \| (\d+-\d+) \| (\d+-\d+) \| ([^|]*) \| ([^|]*) \| (right|wrong|cannot tell) \| ([^|]*) \|"
)
NAMES = {
    "email": "mailbox",
    "app": "hash",
    "url": "site",
    "domain": "site",
}  # an `app` of the kits is the hash of an archive
SHARE_OF, LOOKED_AT = 1_500, 12_000  # reports whose links are counted; and looked at for kinds that are rare
# Platforms added after the second reading, before the third.
LATER = frozenset(
    [
        "4fan.cz",
        "8u.cz",
        "euweb.cz",
        "funsite.cz",
        "g6.cz",
        "hys.cz",
        "jecool.net",
        "kvalitne.cz",
        "maweb.eu",
        "moxo.cz",
        "mzf.cz",
        "php5.cz",
        "tode.cz",
        "unas.cz",
        "wz.cz",
        "firebaseio.com",
        "usermd.net",
        "mixh.jp",
        "usa.cc",
        "nut.cc",
        "igg.biz",
        "c0m.li",
        "aa.am",
        "mm.am",
        "fr.am",
        "cu.cc",
        "flu.cc",
        "uni.me",
        "co.vu",
        "biz.nf",
        "infinityfreeapp.com",
        "great-site.net",
        "lovestoblog.com",
        "42web.io",
        "byethost.com",
        "pe.hu",
        "esy.es",
        "hol.es",
        "96.lt",
        "16mb.com",
        "atwebpages.com",
        "mygamesonline.org",
        "medianewsonline.com",
        "scienceontheweb.net",
        "sportsontheweb.net",
        "onlinewebshop.net",
        "getenjoyment.net",
        "myartsonline.com",
        "mypressonline.com",
        "x10host.com",
        "x10.mx",
        "altervista.org",
        "jimdo.com",
        "jimdofree.com",
        "webnode.com",
        "yolasite.com",
        "webs.com",
        "ucoz.ru",
        "narod.ru",
        "angelfire.com",
        "tripod.com",
        "wapka.mobi",
        "hostingerapp.com",
        "square.site",
        "site123.me",
        "webflow.io",
        "carrd.co",
        "notion.site",
        "gitbook.io",
        "ngrok.io",
        "trycloudflare.com",
        "repl.co",
        "myfreesites.net",
        "ukit.me",
        "beget.tech",
        "myjino.ru",
        "regruhosting.ru",
        "jotform.com",
        "pastebin.com",
        "imgur.com",
        "linktr.ee",
        "cutt.ly",
        "is.gd",
        "ow.ly",
        "rb.gy",
        "tiny.cc",
        "rebrand.ly",
        "dropbox.com",
        "mega.nz",
        "mediafire.com",
        "gitlab.com",
        "bitbucket.org",
        "sourceforge.net",
    ]
)
ADDED = ("mailboxes", "wallets", "generic_names")  # of the benign list: what this bench led to


def admitted(folder: Path, kit_name: str = "") -> tuple[tuple[pa.Table, pa.Table], list[dict[str, object]], float]:
    """Everything through the public door: the tables that linking reads, an admission a line, seconds."""
    start = time.perf_counter()
    kits = sorted((DATA / "phishing_kits").glob("*.csv.gz"))
    with fanzha.open(folder, actor="bench") as workspace:
        for path, changes in ((kits[-1], (*KITS, f"KitName={kit_name}")), (DATA / "stalkerware_ioc.yaml", STALKERWARE)):
            workspace.keep_mapping(workspace.propose_mapping(path, TERMS, changes))
        done = [one for path in sources() for one in workspace.admit([path], TERMS)]
        tables = workspace.engine.arrow(REPORTS_SQL, (workspace.as_of(),)), workspace.engine.arrow(MENTIONS_SQL)
    counts: list[dict[str, object]] = [
        {"name": one.name, "file": one.file, "rows_in": one.rows_in, "kept": one.kept, "quarantined": one.quarantined}
        for one in done
    ]
    return tables, counts, time.perf_counter() - start


def sources() -> list[Path]:
    kits = sorted((DATA / "phishing_kits").glob("*.csv.gz"))
    return [DATA / "cryptoscamdb_reports.yaml.gz", *kits, DATA / "stalkerware_ioc.yaml"]


def linked(tables: tuple[pa.Table, pa.Table], benign: Benign, case_max: int | None = None) -> Linker:
    weights = shipped_weights()
    linker = Linker(weights if case_max is None else replace(weights, case_max=case_max), benign)
    linker.load(*tables)
    return linker


def sizes(labels: np.ndarray) -> dict[str, object]:
    """Number of cases, the five largest, and reports that are alone."""
    count = np.unique(labels, return_counts=True)[1]
    return {"cases": len(count), "largest": sorted(count.tolist())[-5:][::-1], "alone": int((count == 1).sum())}


def by_any_value(linker: Linker) -> np.ndarray:
    """Labels of reports that share any value written the same, whatever it is: the join of a spreadsheet."""
    p, mentions, reports = linker.book.p, linker.book.mentions, len(linker.codes)
    exact = p.discount[:mentions] == 0
    return components(reports + linker.book.keys, p.report[:mentions][exact], p.key[:mentions][exact] + reports)[
        :reports
    ]


def whys(linker: Linker) -> dict[str, dict[str, int]]:
    """Values that two reports or more name, by kind and by why they join or not."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for k in range(linker.book.keys):
        one = linker.pull(k)
        if int(linker.book.p.named[k]) > 1:
            found[linker.ids.keys[k][0]][one.why] += 1
    return {kind: dict(sorted(found[kind].items())) for kind in sorted(found)}


def half(kind: str, value: str) -> int:
    """0 or 1, by the value alone."""
    return zlib.crc32(f"{kind}:{value}".encode()) & 1


def stratum(linker: Linker, i: int, j: int) -> tuple[str, int]:
    """The one kind of value that weighs in a link, or "several", and the strongest value."""
    given = [(w, -k) for k, w in shared(linker.book, linker.rules, i, j) if w]
    names = {NAMES.get(kind, kind) for kind, _ in (linker.ids.keys[-k] for _, k in given)}
    return names.pop() if len(names) == 1 else "several", -max(given)[1]


def draw(
    linker: Linker, seed: int, halves: tuple[int, ...], want: int, seen: set[tuple[int, int]]
) -> tuple[list[tuple[str, int, int, int]], Counter[str]]:
    """`want` links as (stratum, report, report, strongest value), and how often each stratum came among SHARE_OF reports.

    Strata take turns until each is used up or the number is reached, so that a rare kind is read as well as a common one.
    Pairs in `seen` (the smaller first) are not drawn.
    """
    rng = random.Random(seed)
    order = list(range(len(linker.codes)))
    rng.shuffle(order)
    heaps: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    share: Counter[str] = Counter()
    passed = set(seen)
    for n, i in enumerate(order):
        if n >= SHARE_OF and (n >= LOOKED_AT or min(map(len, heaps.values())) >= want):
            break
        others = [j for j in neighbours(linker.book, linker.rules, i) if linker.case_of(j) == linker.case_of(i)]
        if not others:
            continue
        j = rng.choice(sorted(others))
        name, k = stratum(linker, i, j)
        share[name] += n < SHARE_OF
        pair = (min(i, j), max(i, j))
        if half(*linker.ids.keys[k]) in halves and pair not in passed:
            passed.add(pair)
            heaps[name].append((name, i, j, k))
    drawn: list[tuple[str, int, int, int]] = []
    for turn in range(want):
        for name in sorted(heaps):
            if turn < len(heaps[name]) and len(drawn) < want:
                drawn.append(heaps[name][turn])
    return drawn, share


def draw_apart(linker: Linker, seed: int, halves: tuple[int, ...], want: int) -> list[tuple[str, int, int, int]]:
    """`want` values that two reports or more name and that do not join two of them: (why, report, report, value), the reasons in turn."""
    rng = random.Random(seed)
    heaps: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    order = [k for k in range(linker.book.keys) if int(linker.book.p.named[k]) > 1]
    rng.shuffle(order)
    for k in order:
        reason = linker.pull(k).why
        if half(*linker.ids.keys[k]) not in halves:
            continue
        naming = sorted(linker.book.reports_of(k))
        i = rng.choice(naming)
        apart = [j for j in naming if linker.case_of(j) != linker.case_of(i)]
        if apart:
            heaps["doubted" if reason == "specific" else reason].append((reason, i, rng.choice(apart), k))
    drawn: list[tuple[str, int, int, int]] = []
    for turn in range(want):
        for name in sorted(heaps):
            if turn < len(heaps[name]) and len(drawn) < want:
                drawn.append((name, *heaps[name][turn][1:]))
    return drawn


def cited(linker: Linker, i: int) -> str:
    return "{}-{}".format(*file_and_row(linker.codes[i]))


def masked(kind: str, value: str) -> str:
    """As it may be printed: two characters of a name, none of a registered domain but its first two and its suffix."""
    if kind == "wallet":
        return wallet.masked(value)
    if kind == "email":
        local, _, host = value.rpartition("@")
        return f"{local[:2]}****@{_host(host)}"
    if kind == "url":
        scheme, _, rest = value.partition("://")
        return f"{scheme.replace('tt', 'xx')}://{_host(rest.partition('/')[0])}/****"
    if kind == "domain":
        return _host(value)
    algorithm, _, digits = value.rpartition(":")
    return f"{algorithm}:{digits[:6]}****" if algorithm else f"{value[:4]}****"


def _host(name: str) -> str:
    first, _, last = name.rpartition(".")
    return f"{first[:2]}****[.]{last}"


def originals() -> dict[int, list[dict[str, object]]]:
    """The rows of each source in order, by its place in `sources`."""
    found: dict[int, list[dict[str, object]]] = {}
    for n, path in enumerate(sources()):
        if path.name.endswith(".csv.gz"):
            text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
            found[n] = list(csv.DictReader(io.StringIO(text, newline="")))
        else:
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found[n] = yaml.load(raw, Loader=yaml.CSafeLoader)
    return found


def read_out(
    linker: Linker, drawn: list[tuple[str, int, int, int]], first_rows: dict[int, tuple[int, int]], mark: str
) -> str:
    """What a person reads: both reports as they came, what they share and what it weighs."""
    rows = originals()
    lines = []
    for n, (name, i, j, k) in enumerate(drawn):
        lines.append(f"##### {mark} {n} {cited(linker, i)} {cited(linker, j)} {name} {masked(*linker.ids.keys[k])}")
        lines.append(
            f"weight {together(linker.book, linker.rules, i, j)} support {support(linker.book, linker.rules, i, j)} "
            + "; ".join(
                f"{linker.ids.keys[key]} {weight} of {int(linker.book.p.named[key])} {linker.pull(key).why}"
                for key, weight in shared(linker.book, linker.rules, i, j)
            )
        )
        for one in (i, j):
            file, row = file_and_row(linker.codes[one])
            place, first = first_rows[file]
            told = rows[place][row - first]
            lines.append("   " + json.dumps({a: b for a, b in told.items() if b}, ensure_ascii=False)[:700])
    return "\n".join(lines) + "\n"


def wilson(right: int, total: int) -> list[float]:
    """95 % interval of a share (Wilson 1927)."""
    if not total:
        return [0.0, 1.0]
    z, share = 1.959964, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return [round(max(0.0, middle - reach), 4), round(min(1.0, middle + reach), 4)]


def verdicts(mark: str) -> dict[tuple[str, str], str]:
    """(report, report) -> verdict, from the list kept beside the results."""
    found = LINE.findall(LIST.read_text(encoding="utf-8")) if LIST.exists() else []
    return {(a, b): verdict for one, a, b, _, _, verdict, _ in found if one == mark}


def counted(
    linker: Linker, drawn: list[tuple[str, int, int, int]], share: Counter[str] | None, mark: str
) -> dict[str, object]:
    """Precision over the drawn that were read; with `share`, also with each stratum weighted as often as it comes."""
    said = verdicts(mark)
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for name, i, j, _ in drawn:
        by[name][said.get((cited(linker, i), cited(linker, j)), "unread")] += 1
    total = sum(by.values(), Counter[str]())
    decided = total["right"] + total["wrong"]
    made: dict[str, object] = {
        "drawn": len(drawn),
        **{name: total[name] for name in ("right", "wrong", "cannot tell", "unread")},
        "precision": round(total["right"] / decided, 4) if decided else None,
        "wilson_95": wilson(total["right"], decided),
        "by_kind": {name: dict(by[name]) for name in sorted(by)},
    }
    known = {n: c["right"] / (c["right"] + c["wrong"]) for n, c in by.items() if c["right"] + c["wrong"]}
    if share and known:
        whole = sum(share[name] for name in known)
        made["precision_weighted_by_share"] = round(sum(share[n] * known[n] for n in known) / whole, 4)
        made["share_of_kinds"] = dict(share.most_common())
    return made


def services(linker: Linker) -> dict[str, int]:
    """Wallets of exchanges, protocols and other honest services (GraphSense tag packs) among the values, and those that join."""
    named: set[str] = set()
    with tarfile.open(DATA / "graphsense_tagpacks.tar.xz") as bundle:
        for one in bundle.getmembers():
            if one.isfile() and re.search(
                r"packs/(exchange-wallets|service-wallets|defi_updated|interpol-real)", one.name
            ):
                text = bundle.extractfile(one).read().decode("utf-8", "replace")  # type: ignore[union-attr]
                named.update(address.lower() for address in re.findall(r"address:\s*[\"']?([A-Za-z0-9]{20,})", text))
    here = [
        k
        for k in range(linker.book.keys)
        if linker.ids.keys[k][0] == "wallet" and linker.ids.keys[k][1].partition(":")[2].lower() in named
    ]
    return {
        "tagged": len(named),
        "among_the_values": len(here),
        "that_join": sum(linker.pull(k).joins and linker.pull(k).reports > 1 for k in here),
    }


def good_domains(linker: Linker) -> dict[str, int]:
    """Domains that MetaMask's list calls good, among the values, and those that join two reports or more."""
    told = json.loads((DATA / "metamask_phishing_config.json").read_text(encoding="utf-8"))
    good = set(told["whitelist"])
    here = [k for k in range(linker.book.keys) if linker.ids.keys[k][0] == "domain" and linker.ids.keys[k][1] in good]
    return {
        "listed": len(good),
        "among_the_values": len(here),
        "that_join": sum(linker.pull(k).joins and linker.pull(k).reports > 1 for k in here),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path)
    parser.add_argument("--read", type=Path, help="write what was drawn, in full; keep it out of the repository")
    parser.add_argument("--tables", type=Path, help="keep the tables that linking reads here, and take them from here")
    parser.add_argument("--kit-name", default="", help="what the column KitName is read as, for the figure with it in")
    wanted = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"skipped: {DATA} is not here")
    kept = wanted.tables
    if kept and kept.exists():
        tables, counts, seconds = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this script
    else:
        with tempfile.TemporaryDirectory() as folder:
            tables, counts, seconds = admitted(Path(folder) / "workspace", wanted.kit_name)
        if kept:
            kept.write_bytes(pickle.dumps((tables, counts, seconds)))
    start = time.process_time()
    ours = linked(tables, shipped_benign())
    link_seconds = time.process_time() - start
    between_list = replace(shipped_benign(), platforms=shipped_benign().platforms - LATER)
    earlier_list = replace(between_list, **dict.fromkeys(ADDED, frozenset()))
    earlier, between = linked(tables, earlier_list), linked(tables, between_list)
    result: dict[str, object] = {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip(),
        "cores": os.cpu_count(),
        "seed": wanted.seed,
        "kit_name_read_as": wanted.kit_name or "left out",
        "admissions": counts,
        "reports": len(ours.codes),
        "seconds_admit": round(seconds, 1),
        "processor_seconds_link": round(link_seconds, 1),
        "any_identical_value": sizes(by_any_value(ours)),
        "no_benign_list": sizes(linked(tables, Benign(), UNCUT).cases()),
        "before_mailboxes_wallets_placeholders_uncut": sizes(linked(tables, earlier_list, UNCUT).cases()),
        "before_mailboxes_wallets_placeholders": sizes(earlier.cases()),
        "before_platforms_of_the_third_reading": sizes(between.cases()),
        "ours_uncut": sizes(linked(tables, shipped_benign(), UNCUT).cases()),
        "ours": sizes(ours.cases()),
        "values_by_why": whys(ours),
        "benign_by_kind": dict(Counter(ours.ids.keys[k][0] for k in range(ours.book.keys) if ours.ids.benign[k])),
        "wallets_of_services": services(ours),
        "domains_called_good": good_domains(ours),
    }
    places = {int(str(one["file"])): n for n, one in enumerate(counts)}
    first_rows = {file: (n, 2 if sources()[n].name.endswith(".csv.gz") else 1) for file, n in places.items()}
    texts = []
    readings = (("first", earlier, 0, (0,)), ("second", between, 1, (1,)), ("third", ours, 3, (0, 1)))
    read: set[tuple[int, int]] = set()
    for mark, linker, more, halves in readings:
        drawn, share = draw(linker, wanted.seed + more, halves, 100, read)
        read.update((min(i, j), max(i, j)) for _, i, j, _ in drawn)
        result[f"joins_read_{mark}"] = counted(linker, drawn, share, mark)
        texts.append(read_out(linker, drawn, first_rows, mark))
        gone = [(i, j) for _, i, j, _ in drawn if ours.case_of(i) != ours.case_of(j)]
        said = verdicts(mark)
        result[f"of_the_{mark}_no_longer_together"] = dict(
            Counter(said.get((cited(ours, i), cited(ours, j)), "unread") for i, j in gone)
        )
    apart = draw_apart(between, wanted.seed + 2, (0, 1), 50)
    result["non_joins_read"] = counted(between, apart, None, "apart")
    texts.append(read_out(between, apart, first_rows, "apart"))
    if wanted.read:
        wanted.read.write_text("".join(texts), encoding="utf-8")
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
