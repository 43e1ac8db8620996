"""Activities, registrations and attendance: one boundary of consistency, since all of it is about seats."""

from typing import Final

from services.registration.adapters.directory import DIRECTORY
from services.registration.adapters.gathering_states import ACTIVITIES, COLLECTIONS, REGISTRATIONS
from services.registration.adapters.reactions import REACTIONS
from services.registration.adapters.recovered_gatherings import recovered_gatherings
from services.registration.adapters.register import load
from services.registration.adapters.totals import totals
from services.registration.application.feature import Feature, Kind, Timer
from services.registration.application.following import FACTS
from services.registration.application.gathering_sentences import SENTENCES
from services.registration.application.gatherings import (
    ACTIVITY,
    COMMANDS,
    NAME,
    REGISTRATION,
    Beside,
    go_on,
)
from services.registration.domain import activity, registration
from services.registration.domain.activity import ActivityState
from services.registration.entrypoints.gatherings_api import API
from services.registration.entrypoints.pages import (
    activities,
    attendance,
    cancelling,
    downloads,
    enrolment,
    form,
    importing,
    outcome,
    publishing,
    registering,
    roster,
    running,
)

REMEMBERED_ACTIVITIES: Final = 500
STAFF_PAGES: Final = (
    roster,
    registering,
    enrolment,
    attendance,
    importing,
    downloads,
    running,
    publishing,
)

GATHERINGS: Final = Feature(
    name=NAME,
    commands=COMMANDS,
    facts=FACTS,
    kinds={
        REGISTRATION: Kind(registration.evolve, REGISTRATIONS),
        ACTIVITY: Kind(
            activity.evolve, ACTIVITIES, REMEMBERED_ACTIVITIES, Timer(ActivityState.promoting, go_on)
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
    api=API,
    pages=(activities.routes, form.routes, outcome.routes, cancelling.routes),
    staff_pages=tuple(page.routes for page in STAFF_PAGES),
)
