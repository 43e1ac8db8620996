"""What a form offers and how what was typed is read, without a browser."""

from typing import Any

import pytest

from services.registration.features.gatherings.pages.choices import choices
from services.registration.features.gatherings.pages.fields import NOBODYS, ODD_NPSN, SCHOOL_OF_NPSN, read
from shared.contracts.activity import Activity
from tests.support.office import activity

WHOLE = {"nama": "Uji", "email": "Uji@Sekolah.example", "unsur": "guru", "wilayah": "51.03"}
PAPUA = ("91", "92", "93", "94", "95", "96")


def with_quotas(*quotas: dict[str, Any]) -> Activity:
    rules = [{"id": f"k{number}", "seats": 5} | quota for number, quota in enumerate(quotas)]
    return activity("uji", quotas=rules)


def errors(described: Activity, **typed: str) -> dict[str, str]:
    return read(WHOLE | typed, described, choices(described, ("51",))).errors


def test_a_whole_form_is_a_command_as_the_other_ways_in_make_it() -> None:
    described = with_quotas({})
    more = {
        "telepon": " 0800 0000 1234 ",
        "nip": "19350101 196001 1 001",
        "instansi": "SD  Uji",
        "npsn": "K9999123",
    }
    command = read(WHOLE | more, described, choices(described, ("51",))).command
    assert command is not None
    assert command.model_dump(exclude_unset=True, exclude_none=True) == {
        "activity": "uji",
        "participant": {
            "name": "Uji",
            "email": "uji@sekolah.example",
            "phone": "0800 0000 1234",
            "nip": "193501011960011001",
        },
        "category": "guru",
        "regency": "51.03",
        "institution": {"name": "SD Uji", "npsn": "K9999123"},
    }


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nama", ""),
        ("nama", "a" * 201),
        ("nama", "Uji\x00"),
        ("email", "uji"),
        ("email", "uji@sekolah.example\nBcc: lain@sekolah.example"),
        ("telepon", "nol"),
        ("unsur", "raja"),
        ("wilayah", "99.99"),
        ("wilayah", "35.73"),
        ("instansi", "a" * 201),
        ("wilayah_lain", "Kota Mars"),
        ("nip", "123"),
        ("nuptk", "123456789012345x"),
    ],
)
def test_each_mistake_is_told_at_its_field_and_not_repeated(field: str, typed: str) -> None:
    told = errors(with_quotas({}), **{field: typed})
    assert list(told) == [field]
    assert not typed or typed not in told[field]


def test_an_odd_npsn_is_asked_about_once_and_then_taken() -> None:
    described, school = with_quotas({}), {"instansi": "SD Uji"}
    offered = choices(described, ("51",))
    for odd in ("123", "5010012", "501001234"):
        asked = read(WHOLE | school | {"npsn": odd}, described, offered)
        assert (asked.command, asked.errors) == (None, {"npsn": ODD_NPSN})
        assert list(errors(described, npsn=odd, npsn_dibaca="12", **school)) == ["npsn"], (
            "another one, asked anew"
        )
        taken = read(WHOLE | school | {"npsn": odd, "npsn_dibaca": odd}, described, offered).command
        assert taken is not None
        assert taken.institution is not None
        assert taken.institution.npsn == odd
    assert not errors(described, npsn="50100123", **school)
    assert list(errors(described, npsn="1" * 201, **school)) == ["npsn"]


def test_an_npsn_without_its_school_is_not_left_out_in_silence() -> None:
    assert errors(with_quotas({}), npsn="50100123") == {"instansi": SCHOOL_OF_NPSN}


def test_another_regency_is_typed_by_its_name() -> None:
    described = with_quotas({})
    offered = choices(described, ("51",))
    for chosen in ("lain", ""):
        typed = read(WHOLE | {"wilayah": chosen, "wilayah_lain": "kab. malang"}, described, offered)
        assert typed.command is not None
        assert typed.command.regency == "35.07"
    assert list(errors(described, wilayah="lain")) == ["wilayah_lain"]
    assert "Kota Malang" in errors(described, wilayah="lain", wilayah_lain="Malang")["wilayah_lain"]


def test_a_form_offers_what_at_least_one_quota_takes() -> None:
    one = choices(with_quotas({"categories": ["guru"]}, {"categories": ["dinas"]}), ("51",))
    assert one.categories == ("guru", "dinas")
    everyone = choices(with_quotas({"categories": ["guru"]}, {}), ("51",)).categories
    assert len(everyone) == 10
    assert not {"narasumber", "panitia"} & {*everyone}, "who makes the activity is no guest of it"
    assert choices(with_quotas({"categories": ["panitia"]}), ("51",)).categories == ("panitia",)
    bound = choices(with_quotas({"regencies": ["51.03", "13.71"]}), ("51",))
    assert [of_it[0].code for _, of_it in bound.regencies] == ["13.71", "51.03"]
    assert (bound.elsewhere, bound.cohorts) == (False, ())
    cohorts = choices(with_quotas({"cohorts": [2, 1]}, {"cohorts": [3]}), ("51",))
    assert (cohorts.cohorts, cohorts.any_cohort, cohorts.elsewhere) == ((1, 2, 3), False, True)
    assert choices(with_quotas({"cohorts": [1]}, {}), ("51",)).any_cohort
    assert len(choices(with_quotas({}), PAPUA).regencies) == 6


def test_a_cohort_is_wanted_only_where_every_quota_asks_for_one() -> None:
    assert list(errors(with_quotas({"cohorts": [1]}))) == ["angkatan"]
    assert not errors(with_quotas({"cohorts": [1]}), angkatan="1")
    assert list(errors(with_quotas({"cohorts": [1]}), angkatan="7")) == ["angkatan"]
    assert not errors(with_quotas({"cohorts": [1]}, {}))


def test_who_fits_no_quota_is_told_so_at_the_category() -> None:
    split = with_quotas({"categories": ["guru"], "regencies": ["51.71"]}, {"categories": ["dinas"]})
    assert errors(split) == {"unsur": NOBODYS}
    assert not errors(split, unsur="dinas")
