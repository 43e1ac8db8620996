"""Every mail to somebody of the staff, as it would look. Nobody in them exists."""

from collections.abc import Iterator
from datetime import timedelta

from services.notification.features.accounts.domain.rules import owe
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import AccountEntry


def examples(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    account = AccountEntry(
        rev=1,
        account="u:contoh",
        email="wayan@balai.example",
        name="Wayan Contoh",
        cause="contoh",
        at=activity.opens,
        link="https://kegiatan.balai.example/staf/undangan/contoh",
        until=activity.opens + timedelta(hours=72),
    )
    yield "account", Letter(owe(account, 0), account)
