"""The mail of a material, as it would look, first and again. Nobody in it exists."""

from collections.abc import Iterator

from services.notification.features.materials.domain.rules import MaterialNews
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import ActivityEntry, RegistrationEntry

REGISTRATION = "abcdefghijklmnopqrstuvwxyz234"


def examples(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    person = RegistrationEntry(
        rev=2,
        registration=REGISTRATION,
        activity=activity.id,
        name="Ni Made Contoh, S.Pd., M.Pd.",
        email="made@sekolah.example",
    )
    details = ActivityEntry(rev=1, activity=activity.id, title=activity.title, sessions=activity.sessions)
    for name, version in (("material-changed", 1), ("material-changed-again", 2)):
        delivery = Delivery(
            f"{office}-0-3",
            "material-changed",
            activity.id,
            REGISTRATION,
            0,
            activity.opens,
            2,
            1,
            f"panduan.{version}",
        )
        yield name, Letter(delivery, person, details, MaterialNews("Panduan teknis penulisan", version))
