"""Every mail to somebody of the staff, as it would look. Nobody in them exists."""

from collections.abc import Iterator
from datetime import timedelta

from services.notification.features.accounts.domain.rules import owe
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import AccountEntry, SignInNews


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
    news = (
        SignInNews(kind="new_device", at=account.at, device="Firefox di Windows"),
        SignInNews(kind="locked", at=account.at + timedelta(minutes=9)),
    )
    told = account.model_copy(update={"link": "https://kegiatan.balai.example/staf/perangkat", "news": news})
    yield "sign-in", Letter(owe(told, 0), told)
