"""The mail with the link to an own page, as it would look. Nobody in it exists."""

from collections.abc import Iterator
from datetime import timedelta

from services.notification.features.own_page.domain.rules import owe
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import OwnPageEntry


def examples(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    page = OwnPageEntry(
        rev=1,
        page="0" * 32,
        email="wayan@sekolah.example",
        name="Wayan Contoh, S.Pd.",
        cause="contoh",
        at=activity.opens,
        link="https://kegiatan.balai.example/saya/contoh",
        until=activity.opens + timedelta(days=30),
    )
    yield "own-page", Letter(owe(page, 0), page)
