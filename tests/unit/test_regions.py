import pytest

from shared.regions import AmbiguousRegency, UnknownRegency, find_regency, provinces, regencies


def test_the_tables_are_whole() -> None:
    assert len(provinces()) == 38
    assert len(regencies()) == 514
    assert {regency.province for regency in regencies().values()} == set(provinces())


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Kab. Badung", "51.03"),
        ("Kab.Badung", "51.03"),
        ("BADUNG", "51.03"),
        ("Kabupaten  Badung ", "51.03"),
        ("51.03", "51.03"),
        ("5103", "51.03"),
        ("Kota Denpasar", "51.71"),
        ("denpasar", "51.71"),
        ("Kodya Bogor", "32.71"),
        ("Kab Bogor", "32.01"),
        ("Toli Toli", "72.04"),
        ("Kota Adm. Jakarta Selatan", "31.74"),
        ("Jakarta Selatan", "31.74"),
        ("Kotabaru", "63.02"),
        ("Kabupaten Kotabaru", "63.02"),
        ("Kota Kotamobagu", "71.74"),
    ],
)
def test_a_regency_is_found_as_people_type_it(typed: str, code: str) -> None:
    assert find_regency(typed).code == code


def test_every_full_name_finds_its_own_regency() -> None:
    assert all(find_regency(regency.name) == regency for regency in regencies().values())


def test_a_name_shared_by_a_regency_and_a_city_is_named_as_such() -> None:
    with pytest.raises(AmbiguousRegency) as shared:
        find_regency("Bogor")
    assert shared.value.choices == ("Kabupaten Bogor", "Kota Bogor")


@pytest.mark.parametrize("typed", ["", "Kota", "Kota Badung", "Kab. Denpasar", "51.99", "Bali", "Badunk"])
def test_what_is_no_regency_is_unknown(typed: str) -> None:
    with pytest.raises(UnknownRegency):
        find_regency(typed)
