"""Invented samples of ISO 20022, block chain exports and Indian call records; written by `python -m tests.formats.samples_records`."""

from hashlib import sha256
from pathlib import Path

from fanzha.clean import base58

FOLDER = Path(__file__).parents[2] / "examples" / "formats"


def eth(name: str) -> str:
    """An address that belongs to nobody."""
    return "0x" + sha256(name.encode()).hexdigest()[:40]


def tron(name: str) -> str:
    """A TRON address with a right checksum that belongs to nobody."""
    return base58_check(b"\x41" + sha256(name.encode()).digest()[:20])


def bitcoin(name: str) -> str:
    """A Bitcoin address with a right checksum that belongs to nobody."""
    return base58_check(b"\0" + sha256(name.encode()).digest()[:20])


def base58_check(payload: bytes) -> str:
    """Base58Check (the reader of it is `clean.base58`)."""
    whole = payload + sha256(sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    text = "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text
    assert base58.decode_check(text) == payload
    return text


def tx(name: object) -> str:
    """A transaction hash."""
    return "0x" + sha256(f"tx {name}".encode()).hexdigest()


def iban(country: str, bban: str) -> str:
    """An IBAN with right check digits."""
    digits = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


OWN_IBAN = iban("XK", "1212012345678906")
OTHER_IBAN = iban("XK", "9990000000000017")
JAPAN = "8800112233445566"


def entry(
    amount: str, way: str, inside: str = "", ccy: str = "EUR", sts: str = "<Cd>BOOK</Cd>", day: str = "2024-05-06"
) -> str:
    """One entry."""
    return (
        f'<Ntry><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{sts}</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{inside}</Ntry>"
    )


def party(role: str, name: str, account: str, text: str = "", amount: str = "", at: str = "", ccy: str = "EUR") -> str:
    """One transaction of an entry."""
    return (
        f"<TxDtls><Refs><AcctSvcrRef>R-{name[-1]}{len(text)}</AcctSvcrRef></Refs>"
        + (f'<Amt Ccy="{ccy}">{amount}</Amt>' if amount else "")
        + f"<RltdPties><{role}><Pty><Nm>{name}</Nm></Pty></{role}><{role}Acct><Id><IBAN>{account}</IBAN></Id></{role}Acct></RltdPties>"
        + f"<RltdAgts><{role}Agt><FinInstnId><BICFI>NXXXXKPRXXX</BICFI></FinInstnId></{role}Agt></RltdAgts>"
        + (f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else "")
        + (f"<RltdDts><AccptncDtTm>{at}</AccptncDtTm></RltdDts>" if at else "")
        + "</TxDtls>"
    )


def balance(code: str, amount: str, ccy: str = "EUR", way: str = "CRDT") -> str:
    """One balance."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>'
        "<Dt><Dt>2024-05-06</Dt></Dt></Bal>"
    )


def statement() -> bytes:
    """A bank's file of two statements: a batch, a pending entry, a reversal, an unknown status, yen, a missing entry."""
    batch = (
        "<NtryDtls>"
        + party("Dbtr", "Victim A", OTHER_IBAN, "Invoice 1 发票", "120.50")
        + party("Dbtr", "Victim B", OTHER_IBAN, "Invoice 22", "79.50", "2024-05-06T09:30:00.250+02:00")
        + "</NtryDtls>"
    )
    one = (
        "<NtryDtls>"
        + party("Cdtr", "Shop C", OTHER_IBAN, "Gift cards")
        + "</NtryDtls><AddtlNtryInf>SEPA out</AddtlNtryInf>"
    )
    back = "<RvslInd>true</RvslInd>"
    entries = [
        entry("200.00", "CRDT", batch),
        entry("50.00", "DBIT", one),
        entry("50.00", "CRDT").replace("<Sts>", back + "<Sts>"),
        entry("10.00", "DBIT", sts="<Cd>PDNG</Cd>"),
        entry("7.00", "DBIT", sts="<Prtry>MAYBE</Prtry>"),
        entry("0.00", "DBIT", day="2024-13-06"),
    ]
    first = (
        f"<Stmt><Id>1</Id><Acct><Id><IBAN>{OWN_IBAN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Holder One</Nm></Ownr>"
        "<Svcr><FinInstnId><BICFI>NOWNXKPRXXX</BICFI></FinInstnId></Svcr></Acct>"
        + balance("OPBD", "1000.00")
        + balance("CLBD", "1200.00")
        + "<TxsSummry><TtlNtries><NbOfNtries>6</NbOfNtries><Sum>317.00</Sum></TtlNtries></TxsSummry>"
        + "\n".join(entries)
        + "</Stmt>"
    )
    second = (
        f"<Stmt><Id>2</Id><Acct><Id><Othr><Id>{JAPAN}</Id></Othr></Id><Ccy>JPY</Ccy></Acct>"
        + balance("PRCD", "5000", "JPY")
        + balance("CLBD", "9000", "JPY")
        + entry("1500", "CRDT", ccy="JPY")
        + "</Stmt>"
    )
    third = (
        f"<Stmt><Id>3</Id><Acct><Id><Othr><Id>{JAPAN}</Id></Othr></Id></Acct>"
        + balance("OPBD", "1")
        + balance("CLBD", "2")
        + "</Stmt>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Envelope><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">'
        "<MsgDefIdr>camt.053.001.08</MsgDefIdr></AppHdr>\n"
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId>'
        "<CreDtTm>2024-05-07T01:00:00</CreDtTm></GrpHdr>\n"
        + first
        + "\n"
        + second
        + "\n"
        + third
        + "\n</BkToCstmrStmt></Document></Envelope>\n"
    ).encode()


def transfer(amount: str, ccy: str, uetr: str, at: str, creditor: str) -> str:
    """One credit transfer."""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E2E</EndToEndId><UETR>{uetr}</UETR></PmtId>"
        f'<IntrBkSttlmAmt Ccy="{ccy}">{amount}</IntrBkSttlmAmt><IntrBkSttlmDt>2024-05-06</IntrBkSttlmDt>{at}'
        '<InstdAmt Ccy="USD">99.00</InstdAmt><ChrgBr>SHAR</ChrgBr><Dbtr><Nm>Payer P</Nm></Dbtr>'
        f"<DbtrAcct><Id><IBAN>{OWN_IBAN}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>NOWNXKPRXXX</BICFI></FinInstnId></DbtrAgt>"
        f"<CdtrAgt><FinInstnId><Nm>Bank of Examples</Nm></FinInstnId></CdtrAgt><Cdtr><Nm>Payee Q</Nm></Cdtr>{creditor}"
        "<RmtInf><Ustrd>deposit</Ustrd><Ustrd>押金</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def transfers() -> bytes:
    """A credit transfer message of four transfers that says it has five."""
    iban_ = f"<CdtrAcct><Id><IBAN>{OTHER_IBAN}</IBAN></Id></CdtrAcct>"
    other = "<CdtrAcct><Id><Othr><Id>8899001122334455</Id></Othr></Id></CdtrAcct>"
    rows = (
        transfer(
            "1000.00",
            "EUR",
            "11111111-1111-4111-8111-111111111111",
            "<AccptncDtTm>2024-05-06T10:00:00Z</AccptncDtTm>",
            iban_,
        ),
        transfer("1.250", "BHD", "22222222-2222-4222-8222-222222222222", "", other),
        transfer("1500", "JPY", "33333333-3333-4333-8333-333333333333", "", other),
        transfer("many", "EUR", "44444444-4444-4444-8444-444444444444", "", iban_),
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">'
        "<p:FIToFICstmrCdtTrf><p:GrpHdr><p:MsgId>P1</p:MsgId><p:NbOfTxs>5</p:NbOfTxs></p:GrpHdr>\n"
        + "\n".join(rows).replace("</", "\0").replace("<", "<p:").replace("\0", "</p:")
        + "\n</p:FIToFICstmrCdtTrf></p:Document>\n"
    ).encode()


ETHER = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)",'
    '"CurrentValue @ $1/Eth","TxnFee(ETH)","TxnFee(USD)","Historical $Price/Eth","Status","ErrCode","Method"'
)
ERC20 = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue","USDValueDayOfTx","ContractAddress",'
    '"TokenName","TokenSymbol"'
)
USDT_ETH = "0xdac17f958d2ee523a2206206994597c13d831ec7"
USDT_TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


def quoted(*cells: object) -> str:
    """One line of an explorer."""
    return ",".join(f'"{cell}"' for cell in cells)


def etherscan() -> bytes:
    """The native export of one address: in, out, failed, below a gwei, creation of a contract, to itself, a broken number."""
    me, at = eth("me"), 1714989600
    rows = [
        (eth("a"), me, "", "1.5", "0", "", "", "Transfer"),
        (me, eth("b"), "", "0", "0.75", "", "", "Transfer"),
        (me, eth("b"), "", "0", "0.25", "Error(0)", "Reverted", "Transfer"),
        (eth("c"), me, "", "0.0000000000000000019", "0", "", "", "Transfer"),
        (me, "", eth("made"), "0", "0.1", "", "", "0x60806040"),
        (me, me, "", "0", "0.3", "", "", "Transfer"),
        (eth("d"), me, "", "1.2E+21", "0", "", "", "Transfer"),
        (eth("a"), me, "", "1E-9", "0", "Odd", "", "Transfer"),
        (eth("a"), me, "", "99999999999.5", "0", "", "", "Transfer"),
    ]
    lines = [
        quoted(
            tx(n),
            100 + n,
            at + 60 * n,
            "5/6/2024 10:00:00 AM",
            a,
            b,
            c,
            i,
            o,
            "9.99",
            "0.00042",
            "1.1",
            "3000",
            s,
            e,
            m,
        )
        for n, (a, b, c, i, o, s, e, m) in enumerate(rows)
    ]
    return ("\r\n".join([ETHER, *lines]) + "\r\n").encode()


def tokens() -> bytes:
    """The token export of one address: true USDT, a false one, one without a contract, a poisoning transfer of nothing."""
    me, at = eth("me"), 1714989600
    rows = [
        (me, eth("b"), "1,000.5", USDT_ETH, "Tether USD", "USDT"),
        (eth("f"), me, "1,000.5", eth("false contract"), "Tether USD", "USDT"),
        (eth("f"), me, "5", "", "Tether USD", "USDT"),
        (me, eth("poison"), "0", USDT_ETH, "Tether USD", "USDT"),
        (eth("f"), me, "many", USDT_ETH, "Tether USD", "USDT"),
    ]
    lines = [
        quoted(tx(f"t{n}"), 200 + n, at + 60 * n, "2024-05-06 10:00:00", a, b, value, "N/A", contract, name, symbol)
        for n, (a, b, value, contract, name, symbol) in enumerate(rows)
    ]
    return ("\ufeff" + "\n".join([ERC20, *lines]) + "\n").encode()


def tronscan() -> bytes:
    """TRX and TRC-20 transfers of a mixed list, with both clocks."""
    head = "Tx Hash,blockHeight,blockTime(UTC+8),blockTime(UTC),from,to,value,symbol,tokenAddress,status"
    rows = [
        (tron("a"), tron("b"), "250.000001", "USDT", USDT_TRON, "SUCCESS"),
        (tron("c"), tron("d"), '"1,250"', "TRX", "", "SUCCESS"),
        (tron("b"), tron("c"), "3", "USDT", tron("false"), "SUCCESS"),
        (tron("b"), tron("c"), "4", "USDT", USDT_TRON, "FAIL"),
        (tron("b"), tron("c"), "5", "USDT", USDT_TRON, "UNCONFIRMED"),
    ]
    lines = [
        f"{tx(f'n{n}')[2:]},{300 + n},2024/05/06 18:0{n}:00,2024/05/06 10:0{n}:00,{a},{b},{value},{symbol},{contract},{status}"
        for n, (a, b, value, symbol, contract, status) in enumerate(rows)
    ]
    return ("\n".join([head, *lines]) + "\n").encode()


def blockchain_com() -> bytes:
    """A wallet's own export: no addresses."""
    return (
        "date,time,token,type,amount,value_then,value_now,exchange_rate_then,tx,note\n"
        f"2024-05-06,10:00:00 GMT +00:00,BTC,received,0.50000000,$1,$2,$3,{tx(1)[2:]},\n"
        f"2024-05-06,12:30:00 GMT +02:00,BTC,sent,-0.12345678,$1,$2,$3,{tx(2)[2:]},investment\n"
        f"2024-05-07,11:00:00 GMT +00:00,BTC,transferred,0.1,$1,$2,$3,{tx(3)[2:]},\n"
    ).encode()


def airtel() -> bytes:
    """Airtel's form, with preamble, wrapped cells, a sender that is a name, an unknown word, a closing sentence."""
    head = (
        "Target No,Call Type,TOC,B Party No,LRN No,LRN TSP-LSA,Date,Time,Dur(s),First CGI Lat/Long,First CGI,Last CGI Lat/Long,"
        "Last CGI,SMSC No,Service Type,IMEI,IMSI,Call Fow No,Roam Nw,SW & MSC ID,IN TG,OUT TG"
    )
    tail = "'356938035643809','404980000000001',-,AIR GJ,'9800000000',,"
    rows = [
        f"'9800000001',SMT,Post,'AD-HDFCBK',,-,'05/04/2026',08:26:10,0,21.1/72.1,404-98-8331-230711555,,---,'9800000002',SMS,{tail}",
        f"'9800000001',OUT,Post,'9800000003',4106,X-GJ,'05/04/2026',09:42:17,41,21.1/72.1,404-98-8331-221532674,,---,'-',Voice,{tail}",
        f"'9800000001',IN,Post,'+8613800138000',,-,'05/04/2026',10:00:00,3600,21.1/72.1,404-98-8331-221532674,,---,'-',Voice,{tail}",
        f"'9800000001',SMO,Post,'9800000003',,-,'05/04/2026',11:00:00,,21.1/72.1,,,---,'-',SMS,{tail}",
        f"'9800000001',XYZ,Post,'9800000003',,-,'05/04/2026',12:00:00,5,21.1/72.1,,,---,'-',Voice,{tail}",
        f"'9800000001',IN,Post,'AD-HDFCBK',,-,'05/04/2026',12:30:00,5,21.1/72.1,,,---,'-',Voice,{tail}",
        f"'9800000001',IN,Post,'9800000003',,-,'31/02/2026',12:30:00,5,21.1/72.1,,,---,'-',Voice,{tail}",
    ]
    return (
        "BHARTI AIRTEL LIMITED\n\nPAN India\n\nCall Details of Mobile No '9800000001' from '01-Apr-2026' to '30-Apr-2026'\n\n"
        + "\n".join([head, *rows])
        + "\n\nThis is System generated report and needs no signature.\n"
    ).encode()


SAMPLES = {
    "camt053.xml": (statement, "iso20022_statement"),
    "pacs008.xml": (transfers, "iso20022_transfer"),
    "etherscan_transactions.csv": (etherscan, "chain_transfers"),
    "etherscan_tokens.csv": (tokens, "chain_transfers"),
    "tron_transfers.csv": (tronscan, "chain_transfers"),
    "bitcoin_wallet.csv": (blockchain_com, "chain_transfers"),
    "airtel_call_records.csv": (airtel, "indian_call_records"),
}


def main() -> None:
    """Write every sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (make, _) in SAMPLES.items():
        (FOLDER / name).write_bytes(make())


if __name__ == "__main__":
    main()
