"""Directory entries: what a mail needs of a fact, built from the documents as they are now."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from services.registration.features.gatherings.gatherings import ACTIVITY, INVITATION, REGISTRATION
from services.registration.features.gatherings.invitation_states import INVITATIONS
from services.registration.kernel.feature import DirectoryRule, Entry, EntryRule, OfficeStore
from services.registration.storage.documents import number_of
from shared.contracts.activity import Activity
from shared.contracts.directory import (
    ActivityEntry,
    InvitationEntry,
    RegistrationEntry,
    activity_key,
    invitation_key,
    registration_key,
)
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    InvitationSent,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
)
from shared.mongo.driver import Document, Store

_ACTIVITY: Final = (ActivityPublished, ActivityChanged, ActivityCancelled)
_REGISTRATION: Final = (
    RegistrationConfirmed,
    RegistrationWaitlisted,
    RegistrationSubmitted,
    RegistrationRejected,
    RegistrationChanged,
    RegistrationSubstituted,
    RegistrationCorrected,
)
_INVITATION: Final = (InvitationSent,)
OF_INVITATION: Final = {fact.type for fact in _INVITATION}
OF_ACTIVITY: Final = {fact.type for fact in _ACTIVITY}
OF_REGISTRATION: Final = {fact.type for fact in _REGISTRATION}


class Directory:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def entries(self, facts: Sequence[Document]) -> list[Entry]:
        """One entry for each activity and registration that these facts changed, as of the last such fact."""
        activities: dict[str, int] = {}
        registrations: dict[str, int] = {}
        invitations: dict[str, int] = {}
        known: dict[str, Document] = {}
        for fact in facts:
            number, data = number_of(fact["_id"]), fact["data"]
            if fact["type"] in OF_ACTIVITY:
                activities[data["activity"]] = number
            elif fact["type"] in OF_INVITATION:
                invitations[data["invitation"]] = number
            elif fact["type"] in OF_REGISTRATION:
                registrations[data["registration"]] = number
                if who := fact.get("registrant"):  # as it stands in the registration from then on
                    row = {"_id": data["registration"], "activity": data["activity"], "who": who}
                    known[data["registration"]] = row
        return [
            *await self._of_activities(activities),
            *await self.of_registrations(registrations, known),
            *await self._of_invitations(invitations),
        ]

    async def _of_activities(self, revs: dict[str, int]) -> list[Entry]:
        if not revs:
            return []
        found = await self._store["activities"].find({"_id": {"$in": list(revs)}}).to_list(None)
        return [activity_entry(row, revs[row["_id"]]) for row in found]

    async def _of_invitations(self, revs: dict[str, int]) -> list[Entry]:
        if not revs:
            return []
        found = await self._store[INVITATIONS].find({"_id": {"$in": list(revs)}}).to_list(None)
        return [invitation_entry(row, revs[row["_id"]]) for row in found if "to" in row["invited"]]

    async def of_registrations(
        self, revs: Mapping[str, int], known: Mapping[str, Document] = MappingProxyType({})
    ) -> list[Entry]:
        if not revs:
            return []
        rows = list(known.values())
        if missing := list(revs.keys() - known.keys()):
            found = self._store["registrations"].find(
                {"_id": {"$in": missing}}, {"activity": 1, "who": 1, "reason": 1}
            )
            rows += await found.to_list(None)
        contacts = list({row["who"]["contact"] for row in rows})
        people = await self._store["people"].find({"_id": {"$in": contacts}}, {"who": 1}).to_list(None)
        who = {row["_id"]: row["who"] for row in people}
        return [
            registration_entry(row, revs[row["_id"]], who[row["who"]["contact"]])
            for row in rows
            if row["who"]["contact"] in who
        ]


DETAILS: Final = Activity.model_fields.keys() & ActivityEntry.model_fields.keys()
KEPT: Final = ("ref", "institution", "group", "role_in_group", "answers")


def activity_entry(row: Document, rev: int) -> Entry:
    details = {name: value for name, value in row["described"].items() if name in DETAILS}
    about = {"rev": rev, "activity": row["_id"], "cancelled": row["cancelled"], "reason": row["reason"]}
    return Entry(activity_key(row["_id"]), ActivityEntry.model_validate(details | about).encoded())


def registration_entry(row: Document, rev: int, who: Document) -> Entry:
    known: Document = {name: who[name] for name in ("name", "email", "phone") if name in who}
    known |= {name: row["who"][name] for name in KEPT if name in row["who"]}
    known |= {"reason": row["reason"]} if row.get("reason") else {}
    entry = RegistrationEntry.model_validate(
        known | {"rev": rev, "registration": row["_id"], "activity": row["activity"]}
    )
    return Entry(registration_key(row["_id"]), entry.encoded())


def invitation_entry(row: Document, rev: int) -> Entry:
    invited = row["invited"]
    about = {name: invited[name] for name in ("institution", "text", "letter") if name in invited}
    about |= {"rev": rev, "invitation": row["_id"], "activity": row["activity"], **invited["to"]}
    about |= {"seats": row["seats"], "until": row["until"]}
    return Entry(invitation_key(row["_id"]), InvitationEntry.model_validate(about).encoded())


async def _entries(of: OfficeStore, facts: Sequence[Document]) -> list[Entry]:
    return await Directory(of.store).entries(facts)


DIRECTORY: Final = DirectoryRule(
    {
        ACTIVITY: EntryRule("a", ActivityEntry),
        REGISTRATION: EntryRule("r", RegistrationEntry),
        INVITATION: EntryRule("i", InvitationEntry),
    },
    frozenset(_ACTIVITY + _REGISTRATION + _INVITATION),
    _entries,
)
