"""What routes and pages of gatherings work with, and what they share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import Request

from services.registration.features.gatherings.activity_drafts import ActivityDrafts
from services.registration.features.gatherings.answer_retention import AnswerRetention
from services.registration.features.gatherings.column_choices import ColumnChoices
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gathering_sentences import SENTENCES
from services.registration.features.gatherings.gatherings import NAME
from services.registration.features.gatherings.invitation_views import Invitations
from services.registration.features.gatherings.limits import Limits
from services.registration.features.gatherings.lists import Lists, lists
from services.registration.features.gatherings.public import ClosedToAll, Public, RateLimited
from services.registration.features.gatherings.reach import MaySee, Reach
from services.registration.features.gatherings.roster import EnrolledParticipant, Roster
from services.registration.features.gatherings.submission_checks import SubmissionChecks
from services.registration.features.gatherings.uploads import Uploads
from services.registration.features.gatherings.views import Views
from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.actions import Action
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.feature import EntryWriter, OfficeStore
from services.registration.web.answers import RequestPreferences
from services.registration.web.api import FeatureServices
from services.registration.web.tokens import OutcomeTicket
from shared.accounts.access import SignedIn
from shared.contracts.commands import SubmitRegistration
from shared.contracts.misfits import Misfit
from shared.contracts.outcomes import Outcome
from shared.http import Problem, misfitting


@dataclass(frozen=True, slots=True)
class GatheringsDesk:
    """`sheet_key`: of the ids of a list's commands."""

    arrivals: SubmissionChecks
    limits: Limits
    views: Views
    roster: Roster
    reach: Reach
    public: Public
    uploads: Uploads
    drafts: ActivityDrafts
    lists: Lists
    invitations: Invitations
    sheet_key: bytes
    retention: AnswerRetention
    columns: ColumnChoices


def parts(context: OfficeContext) -> GatheringsDesk:
    of, key = context.of, context.key
    limits = Limits(of.store, of.digests, context.limits.per_email, context.limits.per_address)
    arrivals = SubmissionChecks(of.store, limits, context.outcomes)
    return GatheringsDesk(
        arrivals,
        limits,
        Views(of.store, of.digests),
        Roster(of.store, of.digests),
        Reach(of.store, of.digests),
        Public(f"/{of.office}/http/public", context.command_client, arrivals.meet),
        Uploads(of.store),
        ActivityDrafts(of.store),
        lists(of, context.features, key),
        Invitations(of.store, of.digests),
        key,
        AnswerRetention(of.store, of.digests),
        ColumnChoices(of.store),
    )


async def remove_answers(desk: GatheringsDesk, entries: EntryWriter) -> None:
    await desk.retention.keep_removing(entries)


async def titles(of: OfficeStore, names: Sequence[str]) -> Mapping[str, str]:
    return await Views(of.store, of.digests).titles(names)


def gatherings(of: FeatureServices) -> GatheringsDesk:
    found: GatheringsDesk = of.parts[NAME]
    return found


async def activity_of(of: FeatureServices, name: str) -> ActivityState:
    """Raises `Problem` 404."""
    state = await gatherings(of).views.state(name)
    if state is None:
        raise Problem(404, "activity_unknown", "Kegiatan ini tidak ditemukan di balai kami.")
    return state


def may_see(user: SignedIn) -> MaySee:
    return partial(user.may, Action.SEE_ROSTER)


async def enrolled(of: FeatureServices, registration: str) -> EnrolledParticipant:
    """Raises `Problem` 404."""
    found = await gatherings(of).roster.one(registration)
    if found is None:
        raise Problem(404, "registration_unknown", "Pendaftaran ini tidak ditemukan di balai kami.")
    return found


async def submit_public(
    of: FeatureServices, request: Request, command: SubmitRegistration, how: RequestPreferences
) -> tuple[OutcomeTicket, Outcome | None]:
    """What the public submits. Raises `Problem` 409, 422 or 429, and `KafkaUnavailable`."""
    address = request.client.host if request.client else ""
    try:
        return await gatherings(of).public.submit(command, how.identifier, how.known, address, how.wait)
    except Unacceptable as refused:
        raise misfitting(refused.found) from None
    except ClosedToAll as closed:
        reason, numbers = closed.refusal.reason, closed.refusal.numbers
        if reason == "invalid":
            raise misfitting([Misfit(str(numbers["field"]), str(numbers["rule"]))]) from None
        raise Problem(409, reason, SENTENCES.say("refused", reason, numbers)) from None
    except RateLimited as often:
        minutes = math.ceil(often.seconds / 60)
        told = f"Terlalu banyak pendaftaran dari email atau jaringan ini. Coba lagi {minutes} menit lagi."
        raise Problem(429, "too_often", told, {"Retry-After": str(often.seconds)}) from None
