import pytest

from shared.identity import NotANumber, comparable_name, is_degree, near_names, nip, npsn_is_odd, nuptk


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Dr. I Wayan Surata, S.Pd., M.Pd.", "i wayan surata"),
        ("I WAYAN  SURATA", "i wayan surata"),
        ("Prof.Dr. Ida Bagus Made\u00a0Oka", "ida bagus made oka"),
        ("Ni Luh Putu Ayu", "ni luh putu ayu"),
        ("Gusti Ngurah Rai", "gusti ngurah rai"),
        ("St. Rajo Bungsu", "st. rajo bungsu"),
        ("Drs. H. Syafri, M.M.", "syafri"),
        ("dr. Hj. Yusnidar", "yusnidar"),
        ("H. Ir. Sukarno", "sukarno"),
        ("Suparmi", "suparmi"),
        ("Dr.", "dr."),
        ("Haji Lulung", "haji lulung"),
        ("\ufb01rman", "firman"),
        ("Bpk. Made", "made"),
        ("Ibu Sri", "sri"),
        ("Ibu", "ibu"),
        ("Sdri. Ayu", "ayu"),
        ("Yth. Bapak Drs. Made", "made"),
        ("KH. Yusuf", "yusuf"),
        ("Made S.Pd.", "made"),
        ("Made S.Pd M.Pd", "made"),
        ("Made S. Pd.", "made"),
        ("Made S.Pd.SD", "made"),
        ("Made SPd", "made"),
        ("Made A.Md.Keb", "made"),
        ("Made S.Pd.M.Pd.", "made"),
        ("Dr.Made S.Pd.I., M.Pd.", "made"),
        ("I.B. Oka", "i. b. oka"),
        ("A.A. Gede Agung", "a. a. gede agung"),
        ("Ni Made S.Ari", "ni made s. ari"),
        ("Rajo ST", "rajo st"),
        ("S.Pd.", "s. pd."),
    ],
)
def test_names_are_compared_without_titles_case_and_spaces(typed: str, compared: str) -> None:
    assert comparable_name(typed) == compared


def test_a_compared_name_compares_to_itself() -> None:
    once = comparable_name("Prof. Dr. H. M. Yunus, Ph.D")
    assert comparable_name(once) == once


@pytest.mark.parametrize(
    "typed",
    [
        "193501012010011003",
        "19350101 201001 1 003",
        "'193501012010011003",
        "19350101\u00a0201001\u00a01\u00a0003",
    ],
)
def test_a_nip_is_read_with_and_without_spaces(typed: str) -> None:
    assert nip(typed) == "193501012010011003"


def test_a_contract_number_in_place_of_the_month_is_no_mistake() -> None:
    assert nip("19350101 2023 21 1 003") == "193501012023211003"


@pytest.mark.parametrize(
    "typed",
    [
        "1.93501E+17",
        "19350101201001100",
        "1935010120100110031",
        "193513012010011003",
        "193501012010013003",
        "",
    ],
)
def test_what_is_no_nip_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(NotANumber) as refused:
        nip(typed)
    assert not typed or typed not in str(refused.value)


def test_a_nuptk_has_sixteen_digits() -> None:
    assert nuptk("1234 5678 9012 3456") == "1234567890123456"
    with pytest.raises(NotANumber):
        nuptk("123456789012345")


def test_an_odd_npsn_is_only_named_as_odd() -> None:
    assert not npsn_is_odd("50100123")
    assert not npsn_is_odd("K9999123")
    assert npsn_is_odd("501001")


def test_one_person_in_seven_spellings_compares_as_one() -> None:
    spellings = (
        *(
            "Jum'at Ma'ruf",
            "Jum\u2019at Ma\u2019ruf",
            "Jum`at Ma`ruf",
            "Jum\u00b4at Ma\u02bcruf",
            "Jum'at Ma'ruf S.Pd.",
        ),
        *("Bpk. Jum'at Ma'ruf", "\ufeffJum'at Ma'ruf", "Jum'at Ma'ruf\u200e", "JUM'AT  MA\u00ad'RUF, S.Pd"),
    )
    assert {comparable_name(one) for one in spellings} == {"jum'at ma'ruf"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jum'at Ma'ruf", "Jumat Maruf"),
        ("Jum'atMa'ruf", "Jum'at Ma'ruf"),
        ("Made Sudana", "Made Sudena"),
        ("I Wayan Surata", "I Wayan Suarta"),
        ("Sudana Made", "Made Sudana"),
        ("Jos\u00e9 Contoh", "Jose Contoh"),
        ("Ni Luh Putu Ayu", "Ni Luh Pt Ayu"),
    ],
)
def test_near_names_may_be_one(one: str, other: str) -> None:
    assert near_names(one, other)
    assert near_names(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ayu", "Ani"),
        ("Ni Luh Putu Ayu", "Ni Luh Putu Eka"),
        ("Made", "Wayan"),
        ("Sri", "Sri Rejeki"),
        ("'", "-"),
    ],
)
def test_other_names_are_not_near(one: str, other: str) -> None:
    assert not near_names(one, other)


def test_what_looks_like_a_degree_and_is_a_name_or_an_address_is_none() -> None:
    for word in (
        "I.Made",
        "M.Yusuf",
        "A.A.Gede",
        "S.Ari",
        "Dr.Made",
        "jahat.example",
        "s.id",
        "t.me",
        "Muh.Ali",
        "st",
        "ma",
    ):
        assert not is_degree(word)
