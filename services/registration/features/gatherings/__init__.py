"""Activities, registrations and attendance: one boundary of consistency, since all of it is about seats."""

from operator import attrgetter
from pathlib import Path
from typing import Final

from services.registration.features.gatherings.approvals_api import approvals
from services.registration.features.gatherings.directory import DIRECTORY
from services.registration.features.gatherings.domain import activity, invitation, registration
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.fold import FACTS
from services.registration.features.gatherings.gathering_sentences import SENTENCES
from services.registration.features.gatherings.gathering_states import ACTIVITIES, COLLECTIONS, REGISTRATIONS
from services.registration.features.gatherings.gatherings import (
    ACTIVITY,
    COMMANDS,
    INVITATION,
    NAME,
    REGISTRATION,
    Beside,
    go_on,
)
from services.registration.features.gatherings.gatherings_api import API, BODY_BYTES
from services.registration.features.gatherings.gatherings_desk import parts, remove_answers, titles
from services.registration.features.gatherings.held_of_registrants import HOLDINGS
from services.registration.features.gatherings.invitation_states import CODEC
from services.registration.features.gatherings.invitations_api import invitations
from services.registration.features.gatherings.pages import (
    activities,
    answering_invitations,
    answering_offers,
    approving,
    attendance,
    cancelling,
    changing,
    columns,
    downloads,
    enrolment,
    extending,
    form,
    groups,
    importing,
    inviting,
    mails,
    outcome,
    publishing,
    publishing_yaml,
    registering,
    registration_change,
    running,
    seating,
    substituting,
    today,
)
from services.registration.features.gatherings.pages import roster as roster_pages
from services.registration.features.gatherings.public import disclosed_outcome
from services.registration.features.gatherings.recovered_gatherings import recovered_gatherings
from services.registration.features.gatherings.register import load
from services.registration.features.gatherings.totals import totals
from services.registration.features.gatherings.views import activity_of_registration
from services.registration.features.people.reactions import REACTIONS
from services.registration.kernel.feature import Feature, Kind, Timer

REMEMBERED_ACTIVITIES: Final = 500
TIMED: Final = {"$or": [{"promoting": True}, {"due": {"$exists": True}}]}
STAFF_PAGES: Final = (
    roster_pages,
    groups,
    registering,
    enrolment,
    registration_change,
    seating,
    substituting,
    approving,
    inviting,
    attendance,
    today,
    importing,
    columns,
    downloads,
    running,
    changing,
    extending,
    publishing,
    publishing_yaml,
    mails,
)

GATHERINGS: Final = Feature(
    name=NAME,
    commands=COMMANDS,
    facts=FACTS,
    kinds={
        REGISTRATION: Kind(registration.evolve, REGISTRATIONS),
        INVITATION: Kind(invitation.evolve, CODEC),
        ACTIVITY: Kind(
            activity.evolve,
            ACTIVITIES,
            REMEMBERED_ACTIVITIES,
            Timer(ActivityState.due, go_on, TIMED, attrgetter("next_due")),
        ),
    },
    collections=COLLECTIONS,
    load=load,
    beside=Beside,
    sentences=SENTENCES,
    totals=totals,
    directory=DIRECTORY,
    reactions=REACTIONS,
    recovery=recovered_gatherings,
    holdings=HOLDINGS,
    api=(*API, approvals, invitations),
    pages=(
        activities.routes,
        form.routes,
        outcome.routes,
        cancelling.routes,
        answering_offers.routes,
        answering_invitations.routes,
    ),
    staff_pages=tuple(page.routes for page in STAFF_PAGES),
    templates=Path(__file__).with_name("templates"),
    work=remove_answers,
    parts=parts,
    titles=titles,
    activities=activities.offered,
    rush=lambda desk: desk.arrivals.many,
    disclosed=disclosed_outcome,
    body_bytes=BODY_BYTES | importing.BODY_BYTES,
    activity_of={"registration": activity_of_registration},
)
