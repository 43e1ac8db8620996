"""Names as people write them, and what is none."""

import pytest

from services.registration.features.people.naming import fault_of_email, fault_of_name

DEGREES = """
S.Pd S.Pd. M.Pd S.Pd.SD S.Pd.,M.Pd S.Pd.SD.,M.Pd. M.Si S.Ag A.Md A.Md.Keb S.Pd/M.Pd S.Pd.I M.Pd.I S.Pd.M.Pd
S.Kom S.Sos.I S.H/M.H S.Tr.Keb S.Psi/M.Psi S.Si.,M.Sc. S.ST S.Pd.Gr S.Pd.H S.Ag.H S.IP S.AP A.Ma.Pd M.Hum/S.S
Ph.D S.Farm S.Kep.Ns S.Pd.AUD S.PdI M.Or S.Th S.Fil.H S.Pd.B S.Sn M.Kes S.KM S.Hut S.Pt S.E.I
"""
NAMES = (
    *(
        "I.Made Contoh",
        "A.A.Gede Contoh",
        "Ni Luh Putu Ayu",
        "Dr.Kasiman",
        "Drs.H.M.Yusuf",
        "Moh.Idris",
        "St.Rajo",
    ),
    *("O'Neil", "Jum`at", "Anak Agung (Gung Aji)", "محمد", "R. M. 2 Siregar"),
)
INSTITUTIONS = (
    *("SDN 1 Kec.Kuta/Kab.Badung", "SMA St.Maria/St.Yosef", "TK/PAUD Melati", "SMK Jl.Sudirman No.1"),
    *("SMK.TI/Bali", "SD.Kristen/SMP.Kristen", "RA.Muslimat/MI", "PKBM.Widya/LKP.Sari", "PT.Pustaka/CV.Maju"),
    *("guruinovatif.id", "PT. Contoh Tbk.", "SMP Negeri 3 Denpasar"),
)
ADDRESSES = (
    *(
        "Klik http://jahat.example",
        "ftp://x",
        "www.jahat",
        "WWW.Jahat.Com",
        "jahat.example/x",
        "Hadiah di bit.ly/abc",
    ),
    *(
        "s.id/abc",
        "t.me/x",
        "wa.me/62",
        "\uff57\uff57\uff57\uff0ejahat",
        "jahat\u3002example/",
        "m.jahat.example/",
    ),
    *("Made, S.Pd.jahat.example/x", "st.jahat.example/x", "http\uff1a//x"),
    *(
        "jahat.example:8080/x",
        "jahat.example?x=1",
        "jahat.example#x",
        "jahat.xn--p1ai/",
        "st.com/x",
        "bit\u2024ly/x",
    ),
    *("bit.ly\u2044x", "jahat.example\u2215x", "sd.jahat.example/x", "mi.com/x"),
)


@pytest.mark.parametrize("degree", DEGREES.split())
def test_degrees_without_blanks_are_no_web_addresses(degree: str) -> None:
    for name in (f"Dr.Made Contoh,{degree}", f"Made Contoh {degree}", f"Made Contoh,{degree}"):
        assert fault_of_name(name, person=True) is None


def test_at_least_forty_spellings_of_degrees_are_tried() -> None:
    assert len(set(DEGREES.split())) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_names_of_persons_are_taken(name: str) -> None:
    assert fault_of_name(name, person=True) is None


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_names_of_institutions_are_taken(name: str) -> None:
    assert fault_of_name(name) is None


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_web_address_is_no_name(text: str) -> None:
    assert fault_of_name(text) == "web_address"
    assert fault_of_name(text, person=True) == "web_address"


def test_nobody_is_called_as_a_domain_of_which_mail_programs_make_a_link() -> None:
    for name in (
        "Klik jahat.com",
        "jahat.example",
        "Made S.Pd.jahat.com",
        "linktr.ee",
        "forms.gle",
        "jahat.bet",
    ):
        assert fault_of_name(name, person=True) == "web_address"


def test_a_name_has_a_letter_and_no_at_sign() -> None:
    for text in ("made@sekolah", "a \uff20 b"):
        assert fault_of_name(text) == "at_sign"
    for text in ("12", "---", ". .", "📚", "\u0301"):
        assert fault_of_name(text) == "no_letter"
    assert fault_of_name("12", letters=False) is None


def test_marks_that_cover_the_lines_around_are_no_name() -> None:
    assert fault_of_name("A" + "\u0301" * 30 + "ni") == "stacked"
    for name in (
        "Nguy\u1ec5n Th\u1ecb",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
        "E\u0323\u0302\u0301ni",
    ):
        assert fault_of_name(name, person=True) is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("a@b.example, c@d.example", "tulis satu alamat saja"),
        ("made", "tulis lengkap"),
        ("ma de@sekolah.example", "spasi"),
        ("mad\u00e9@sekolah.example", "tidak dikenal email"),
        ("made@sekolah", "sesudah @ tidak lengkap"),
        ("made\x07@sekolah.example", "ada tanda tak terlihat"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(typed: str, told: str) -> None:
    assert told in fault_of_email(typed)
