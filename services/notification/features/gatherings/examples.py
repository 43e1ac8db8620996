"""Every mail to participants, as it would look for an example activity. Nobody in them exists."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.notification.features.gatherings.domain.decision import ActivityNews
from services.notification.features.gatherings.domain.policies import BY_STANDING, TEMPLATES, TO_THE_INVITED
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.commands import Institution
from shared.contracts.directory import ActivityEntry, InvitationEntry, RegistrationEntry

REGISTRATION: Final = "abcdefghijklmnopqrstuvwxyz234"
NAME: Final = "Ni Made Contoh, S.Pd., M.Pd."
DAY: Final = timedelta(days=1)


def examples(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    """Of every template; again where who waits reads something else, and what is read once the activity is
    over."""
    first = activity.sessions[0]
    person = RegistrationEntry(
        rev=2,
        registration=REGISTRATION,
        activity=activity.id,
        name=NAME,
        email="made@sekolah.example",
        reason="Kegiatan ini untuk guru yang belum pernah ikut.",
    )
    now = ActivityEntry(
        rev=3,
        activity=activity.id,
        title=activity.title,
        sessions=activity.sessions,
        host=activity.host,
        reply_to=activity.reply_to,
    )
    moved = first.model_copy(
        update={"starts": first.starts - DAY, "ends": first.ends - DAY, "place": "Aula balai"}
    )
    earlier = now.model_copy(update={"rev": 1, "sessions": (moved, *activity.sessions[1:])})
    invited = InvitationEntry(
        rev=2,
        invitation=REGISTRATION,
        activity=activity.id,
        name="Kepala SD Contoh",
        email="sd@sekolah.example",
        institution=Institution(name="SD Contoh 1"),
        text="Mohon utus guru kelas awal.",
        letter="https://berkas.balai.example/surat-undangan.pdf",
        seats=3,
        until=activity.opens + 3 * DAY,
    )
    for template in sorted(TO_THE_INVITED):
        delivery = Delivery(
            f"{office}-0-3", template, activity.id, f"i:{REGISTRATION}", 0, activity.opens, 2, 1
        )
        yield template, Letter(delivery, invited, now, ActivityNews())
    for template in TEMPLATES.keys() - TO_THE_INVITED:
        reminding = template == "reminder"
        delivery = Delivery(
            f"{office}-0-3",
            template,
            activity.id,
            REGISTRATION,
            0,
            activity.opens,
            2,
            1,
            occasion=f"{first.id}.1" if reminding else "-",
            place=7 if template == "waitlisted" else None,
            until=first.starts if reminding else None,
        )
        if template == "offered":
            delivery = replace(delivery, until=activity.opens + DAY)
        details = now
        if template == "activity-cancelled":
            details = now.model_copy(update={"cancelled": True, "reason": "Hotel ditutup karena banjir."})
        before = earlier if template == "activity-changed" else None
        yield template, Letter(delivery, person, details, ActivityNews(before, seated=True))
        if template in BY_STANDING and not reminding:
            yield f"{template}-waiting", Letter(delivery, person, details, ActivityNews(before))
        if not reminding:
            yield f"{template}-over", Letter(delivery, person, details, ActivityNews(before, True, over=True))
