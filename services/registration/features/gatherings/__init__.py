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

REMEMBERED_ACTIVITIES: Final = 500

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
    totals=totals,
    directory=DIRECTORY,
    reactions=REACTIONS,
    recovery=recovered_gatherings,
)
