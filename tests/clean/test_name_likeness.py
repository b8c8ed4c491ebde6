"""Likeness of names: golden pairs (invented, or of public life), symmetry, hostile input, and a fast path that loses nothing."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fanzha.clean import (
    chinese_reading,
    korean_reading,
    likeness_words,
    name_words,
    organisation_name,
    person_likeness,
    romanise,
)
from fanzha.clean.name_likeness import HOW, Likeness, compare, likeness, prepare
from fanzha.errors import InputError

ALIKE = 700  # these pairs are far from it on either side


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("Anna Berg", "anna  BERG", "same"),
        ("Berg, Anna", "Anna Berg", "order"),
        ("Anna Berg", "Anna Louise Berg", "missing"),
        ("A. Berg", "Anna Berg", "initials"),
        ("J.-P. Moreau", "Jean-Pierre Moreau", "initials"),
        ("Bob Carter", "Robert Carter", "nickname"),
        ("Peggy Olsen", "Margaret Olsen", "nickname"),
        ("Bob Carter", "Rob Carter", "nickname"),
        ("José Núñez", "Jose Nunez", "transliteration"),
        ("Søren Bjørk", "Soren Bjork", "transliteration"),
        ("Сергей Смирнов", "Sergei Smirnoff", "transliteration"),
        ("Сергій Шевченко", "Serhii Shevchenko", "transliteration"),
        ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos", "transliteration"),
        ("محمد خالد", "Mohammed Khalid", "transliteration"),
        ("בנימין שמעון", "Binyamin Shimon", "transliteration"),
        ("Abd al-Rahman Nasser", "Abdurrahman Naser", "transliteration"),
        ("Yuri Petrov", "Yury Petrov", "transliteration"),
        ("Nadia Alassar", "Nadia al-Assar", "transliteration"),
        ("Jan Vanderberg", "Jan van der Berg", "transliteration"),
        ("Jürgen Möller", "Juergen Moeller", "transliteration"),
        ("Dr. Anna Berg", "Anna Berg", "same"),
        ("AnnaBerg", "Anna Berg", "same"),
        ("Kim Jong-su", "Kim Jongsu", "same"),
        ("김정수", "Kim Jong-su", "transliteration"),
        ("박지성", "Ji-sung Park", "transliteration"),
        ("张伟", "Zhang Wei", "pinyin"),
        ("张伟", "Wei Zhang", "pinyin"),
        ("张伟", "ZhangWei", "pinyin"),
        ("張偉", "Zhāng Wěi", "pinyin"),
        ("张伟", "zhang1 wei3", "pinyin"),
        ("張偉", "张伟", "same"),
        ("单雄信", "Shan Xiongxin", "pinyin"),
        ("欧阳娜", "Na Ouyang", "pinyin"),
        ("陈大文", "Chan Tai Man", "transliteration"),
        ("陈大文", "Peter Chan Tai Man", "transliteration"),
        ("邓小红", "Teng Hsiao-hung", "transliteration"),
        ("张伟先生", "张伟", "same"),
        ("张伟 (Zhang Wei)", "张伟", "same"),
        ("Anna Bergh-Olsen", "Anna Bergh Olsen", "same"),
        ("Annna Bergstrom", "Anna Bergstrom", "transliteration"),
        ("Anna Bergstorm", "Anna Bergstrom", "spelling"),
    ],
)
def test_persons_whose_names_agree(a: str, b: str, how: str) -> None:
    found = likeness(a, b, "person")
    assert found.score >= ALIKE, found
    assert found.how == how


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("John Smith", "Jane Smith"),
        ("Anna Berg", "Klara Berg"),
        ("Anna Berg", "Anna Lindqvist"),
        ("Anna Louise Maria Berg", "Anna Louise Maria Holm"),
        ("Paul Martin", "Martin Brown"),
        ("Ahmad bin Hasan", "Hasan bin Ahmad"),
        ("Anna", "Anna Louise Berg"),
        ("Bob Carter", "Richard Carter"),
        ("A. Berg", "Klara Berg"),
        ("A. B.", "Anna Berg"),
        ("张伟", "Zhang Li"),
        ("张伟", "Wang Wei"),
        ("张伟", "张强"),
        ("张伟", "李伟"),
        ("张伟", "章伟"),  # sounds alike, is written otherwise
        ("李明", "Zhang Li Ming"),
        ("김정수", "Kim Jong-min"),
        ("محمد خالد", "Mohammed Nasser"),
        ("Сергей Смирнов", "Sergei Kuznetsov"),
        ("Maria Rossi", "Marta Bianchi"),
        ("Kim Hyon Su", "Kim Hyon Bae"),
        ("张三", "王五"),
        ("Lo", "Lu"),
    ],
)
def test_persons_whose_names_do_not(a: str, b: str) -> None:
    assert likeness(a, b, "person").score < ALIKE
    assert likeness(b, a, "person").score < ALIKE


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("Northwind Ltd", "Northwind Limited", "same"),
        ("Northwind", "Northwind GmbH", "legal_form"),
        ("Northwind GmbH", "Northwind Gesellschaft mit beschränkter Haftung", "same"),
        ("ООО «Ромашка»", "Romashka LLC", "same"),
        ("OOO Romashka", "Romashka o.o.o.", "same"),
        ("The Northwind Trading Company", "Northwind Trading Co.", "same"),
        ("First Northern Bank", "1st Northern Bank", "same"),
        ("Northwind Int'l", "Northwind International", "same"),
        ("Northwind Organisation", "Northwind Organization", "same"),
        ("North Wind Ltd", "Northwind Ltd", "same"),
        ("NorthwindAG", "Northwind AG", "same"),
        ("Northwind Fund III L.P.", "Northwind Fund 3 LP", "same"),
        ("北风科技有限公司", "Beifeng Technology Co., Ltd.", "same"),
        ("北風科技有限公司", "北风科技有限公司", "same"),
        ("北风科技股份有限公司", "北风科技有限公司", "legal_form"),
        ("Northwnid Trading", "Northwind Trading", "spelling"),
        ("NTC", "Northwind Trading Company", "initials"),
        ("Northwind S.p.A.", "Northwind SpA", "same"),
        ("Northwind Sp. z o.o.", "Northwind", "legal_form"),
        ("Müller & Söhne", "Muller and Sohne", "same"),
    ],
)
def test_organisations_whose_names_agree(a: str, b: str, how: str) -> None:
    found = likeness(a, b, "organisation")
    assert found.score >= ALIKE, found
    assert found.how == how


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("Northwind Fund III", "Northwind Fund IV", "number"),
        ("Northwind Fund", "Northwind Fund II", "number"),
        ("Northwind 2007-A1", "Northwind 2007-A2", "number"),
        ("Northwind (France) SARL", "Northwind (Germany) GmbH", "place"),
        ("Northwind AG", "Northwind GmbH", "legal_form"),
        ("ANO Romashka", "Romashka LLC", "legal_form"),
        ("Northwind Trading", "Northwind Insurance", "different"),
        ("The Northern Trust", "The Southern Trust", "different"),
        ("Group Holdings", "Holdings International", None),
        ("北风科技有限公司", "南风科技有限公司", "different"),
        ("北风科技有限公司", "Nanfeng Technology Co., Ltd.", "different"),
    ],
)
def test_organisations_whose_names_do_not(a: str, b: str, how: str | None) -> None:
    found = likeness(a, b, "organisation")
    assert found.score < ALIKE, found
    assert how is None or found.how == how


def test_where_the_kind_is_not_known_the_words_decide() -> None:
    assert prepare("Northwind Ltd").organisation is not None
    assert prepare("Anna Berg").person is not None
    assert prepare("北风科技有限公司").organisation is not None
    assert prepare("张伟").person is not None
    assert likeness("Northwind", "Northwind Ltd").score >= ALIKE  # one side tells
    with pytest.raises(ValueError, match="kind"):
        likeness("a", "b", "ship")


def test_hidden_characters_agree_with_what_they_may_hide_and_never_fully() -> None:
    assert likeness("张*", "张伟", "person") == Likeness(600, "masked", likeness("张*", "张伟", "person").parts)
    assert likeness("张某", "张伟", "person").how == "masked"
    assert likeness("张某1", "张某2", "person").score < ALIKE
    assert likeness("王A", "王B", "person").score < ALIKE
    assert likeness("张*", "张伟丽", "person").score == 0
    assert likeness("**", "张伟", "person").score == 0
    assert likeness("李*", "张伟", "person").score == 0


def test_likeness_says_what_was_laid_beside_what_and_follows_its_arguments() -> None:
    found = likeness("Robert Carter", "Bob Carter", "person")
    assert [(p.a, p.b, p.how) for p in found.parts] == [("robert", "bob", "nickname"), ("carter", "carter", "same")]
    turned = likeness("Bob Carter", "Robert Carter", "person")
    assert {(p.b, p.a, p.how) for p in turned.parts} == {(p.a, p.b, p.how) for p in found.parts}
    with pytest.raises(FrozenInstanceError):
        found.score = 1  # type: ignore[misc]


def test_nothing_is_like_an_empty_name() -> None:
    for kind in ("person", "organisation", ""):
        assert likeness("", "", kind).score == 0
        assert likeness("Anna Berg", "", kind).score == 0
        assert likeness("...", "---", kind).score == 0


LETTERS = "abcdeghiklmnoprstuvwzéøßжщЄуλπمحدש张伟王한김ก*.'- 12\u200b\u202e\u0301"
NAMES = st.text(LETTERS, max_size=24) | st.text(max_size=24)
WORDS = st.sampled_from(
    [
        "anna",
        "berg",
        "robert",
        "bob",
        "al",
        "bin",
        "abu",
        "j",
        "olsen",
        "sergei",
        "sergey",
        "ltd",
        "group",
        "ii",
        "mohammed",
    ]
)
MADE = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
KIND = st.sampled_from(["person", "organisation", ""])


@example("¸", "𞀀", "organisation")
@example("abb", "A¯¸", "organisation")  # a mark of which nothing is left in Latin letters
@given(NAMES | MADE, NAMES | MADE, KIND)
@settings(max_examples=300)
def test_any_two_texts_have_a_likeness_that_is_symmetric(a: str, b: str, kind: str) -> None:
    found, turned = likeness(a, b, kind), likeness(b, a, kind)
    assert 0 <= found.score <= 1000
    assert found.how in HOW
    assert (found.score, found.how) == (turned.score, turned.how)
    assert [(p.a, p.b, p.score, p.how) for p in found.parts] == [(p.b, p.a, p.score, p.how) for p in turned.parts]


@given(NAMES | MADE, KIND)
@settings(max_examples=200)
def test_a_name_is_like_itself_however_its_letters_are_cased(a: str, kind: str) -> None:
    folded = name_words.fold(a)
    assert likeness(a, a, kind).score == (1000 if folded else 0)
    assert likeness(folded, name_words.fold(folded), kind).score == (1000 if folded else 0)


@given(MADE, MADE, KIND)
@settings(max_examples=300)
def test_the_fast_path_sets_nothing_apart_that_is_alike(a: str, b: str, kind: str) -> None:
    x, y = prepare(a, kind), prepare(b, kind)
    fast, slow = compare(x, y), compare(replace(x, pairs=0), replace(y, pairs=0))
    assert fast == slow or (fast.score == 0 and slow.score < ALIKE)


# 欧 is left out: run together, li ou and zhi ou are read as one syllable, and the names are missed (a known gap)
HAN = st.lists(st.sampled_from("张王李陈伟明强丽文志海建司"), min_size=2, max_size=3).map("".join)


@given(HAN, st.data())
@settings(max_examples=150)
def test_every_spelling_of_a_chinese_name_is_found_again(name: str, data: st.DataObject) -> None:
    """Through the fast path, with and without spaces, family name first or last, in pinyin and in Wade-Giles."""
    read = [data.draw(st.sampled_from(chinese_reading.pinyin_of(char))) for char in name]
    if data.draw(st.booleans()):
        read = [chinese_reading.wade_giles(one) for one in read]
    if data.draw(st.booleans()):
        read = [*read[1:], read[0]]
    written = data.draw(st.sampled_from([" ", "", "-"])).join(read)
    assert likeness(name, written, "person").score >= 880


@given(
    st.lists(st.sampled_from(["anna", "berg", "klara", "olsen", "viktor"]), min_size=2, max_size=4, unique=True),
    st.data(),
)
def test_a_word_replaced_by_another_makes_another_person(name: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    other = [*name]
    other[place] = "mustafa"
    assert likeness(" ".join(name), " ".join(other), "person").score < ALIKE


@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.sampled_from(["Northwind Fund {}", "{} Oak Holdings Ltd", "Series {} Trust"]),
)
def test_numbers_of_organisations_must_agree(a: int, b: int, shape: str) -> None:
    found = likeness(shape.format(a), shape.format(b), "organisation")
    assert (found.score >= ALIKE) == (a == b)


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 100_000,
        "a " * 50_000,
        "张" * 50_000,
        "김" * 10_000,
        "." * 10_000,
        "a." * 10_000,
        "\u0301" * 1000,
        "\ud800x",
        "abd abu abd",
    ],
)
def test_hostile_names_are_read_in_bounds(hostile: str) -> None:
    for kind in ("person", "organisation", ""):
        for other in ("Anna Berg", "张伟", hostile[::-1]):
            assert 0 <= likeness(hostile, other, kind).score <= 1000


def test_scripts_in_latin_letters() -> None:
    assert romanise.latin("щербаков") == "shcherbakov"
    assert romanise.latin("김") == "gim"
    assert romanise.latin("きょうと") == "kyouto"
    assert romanise.latin("シャ") == "sha"
    assert romanise.latin("łódź") == "lodz"
    assert romanise.latin("张") == "张"
    assert romanise.sound("smirnoff") == romanise.sound("smirnov")
    assert romanise.sound("sergej") == romanise.sound("sergei") == romanise.sound("sergey")
    assert romanise.skeleton("mohammed") == romanise.skeleton(romanise.latin("محمد"))
    assert romanise.skeleton("khalid") != romanise.skeleton("mahmoud")


@pytest.mark.parametrize(
    ("pinyin", "wade"),
    [
        ("zhang", "chang"),
        ("xi", "hsi"),
        ("deng", "teng"),
        ("qing", "ching"),
        ("zhi", "chih"),
        ("jian", "chien"),
        ("rong", "jung"),
        ("si", "szu"),
    ],
)
def test_wade_giles(pinyin: str, wade: str) -> None:
    assert chinese_reading.wade_giles(pinyin) == wade


def test_readings_of_chinese_and_korean_names() -> None:
    assert chinese_reading.fits("张伟", ("z", "wei")) == (0, "different")
    assert chinese_reading.fits("张伟", ("zhang", "w"))[1] == "initials"
    assert chinese_reading.fits("张小伟", ("zhang", "xiowei"))[1] == "spelling"
    assert chinese_reading.fits("张", ("zhang",))[0] == 0
    assert chinese_reading.fits("张伟", ())[0] == 0
    assert chinese_reading.homophones("张伟", "章伟")
    assert not chinese_reading.homophones("张伟", "章伟伟")
    assert korean_reading.fits("이수", "leesu")[0] > korean_reading.fits("이수", "sulee")[0] > 0
    assert korean_reading.fits("이수", "parksu")[0] == 0
    assert korean_reading.fits("이", "lee")[0] == 0


def test_words_beside_words() -> None:
    def two(a: str, b: str, person: bool = True) -> tuple[int, str]:
        return name_words.alike(name_words.word(a), name_words.word(b), person)

    assert two("bob", "robert")[1] == "nickname"
    assert two("bob", "robert", False) == (0, "different")
    assert two("b", "bob")[1] == "initials"
    assert two("john", "joan") == (0, "different")  # both are known names
    assert two("12", "13") == (0, "different")
    assert two("a1b2c3", "a1b2c4") == (0, "different")
    assert two("lindstrom", "lindstorm")[1] == "spelling"
    assert two("lindstrom", "windstorm") == (0, "different")  # two letters, and the first
    assert [name_words.allowed_edits(n) for n in (2, 3, 5, 6, 40)] == [0, 1, 1, 2, 2]
    assert name_words.split(name_words.undotted("s.p.a. and l. l. c.")) == ["spa", "and", "llc"]


def test_what_an_organisation_is_taken_apart_into() -> None:
    made = organisation_name.prepare("The Northwind (Schweiz) Fund II GmbH & Co. KG")
    assert [one.latin for one in made.words] == ["northwind", "fund"]
    assert (made.places, made.numbers, made.forms) == ({"ch"}, ("2",), {"gmbh_kg"})
    assert [one.latin for one in organisation_name.prepare("AS").words] == ["as"]  # a form alone is a name
    assert organisation_name.prepare("Japan").words  # so is a place


def test_what_a_person_is_taken_apart_into() -> None:
    assert [one.latin for one in person_likeness.prepare("Dr. Abd al-Rahman bin Abu Bakr al-Masri").words] == [
        "abdrahman",
        "abubakr",
        "masri",
    ]
    assert [one.latin for one in person_likeness.prepare("Ben Olsen").words] == ["ben", "olsen"]
    assert [one.latin for one in person_likeness.prepare("S3rg3i P3trov").words] == ["sergei", "petrov"]
    assert person_likeness.prepare("Al").words


@pytest.mark.parametrize("name", likeness_words.LISTS)
def test_every_list_says_where_it_is_from(name: str) -> None:
    table = likeness_words.load(name)
    assert "general knowledge" in table["source"]
    assert table["as_of"] == "2026-11-26"


def test_the_lists_keep_their_shape() -> None:
    assert len(likeness_words.text("chinese", "simplified")) == len(likeness_words.text("chinese", "traditional"))
    assert len(likeness_words.text("letters", "letters").split()) % 2 == 0
    assert all(len(entry[0]) == 1 and len(entry) > 1 for entry in likeness_words.entries("chinese", "southern"))
    assert all(len(entry) >= 2 for entry in likeness_words.entries("given_names", "nicknames"))
    for key in ("variants", "nicknames"):
        assert all(word.isascii() and word == word.lower() for word in likeness_words.groups(key))
    with pytest.raises(InputError):
        likeness_words.text("chinese", "nothing")
