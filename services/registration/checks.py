"""What an office's registration needs, for `simpul check`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.registration.features import FEATURES
from services.registration.features.people.store import People
from services.registration.kernel.digests import Digests
from services.registration.kernel.features import assemble
from services.registration.settings import RegistrationSettings
from services.registration.storage.provision import require_fit, require_key
from services.registration.web.notification import NotificationMails, client
from shared.check import Check, Finding, servers
from shared.contracts.topics import database
from shared.kafka.cluster import KafkaCluster
from shared.mongo.driver import connect
from shared.office import read_office
from shared.passes import Passes
from shared.settings import read_settings


@asynccontextmanager
async def checks() -> AsyncIterator[list[Check]]:
    settings = read_settings(RegistrationSettings)
    office = settings.office
    store = connect(settings.mongo_url, database(office, "registration"), settings.mongo_driver)
    digests = Digests(bytes.fromhex(settings.person_key))

    async def described() -> None:
        read_office(settings.description_path, office)

    async def people() -> None:
        if refs := await People(store, digests).with_several_numbers():
            raise Finding(
                f"of {len(refs)} people several numbers were named, perhaps of two people each "
                f"({', '.join(refs[:20])}): correct who is wrong on the page of their registration"
            )

    async def mails() -> None:
        async with client(str(settings.notification_url)) as asking:
            await NotificationMails(asking, Passes(office, settings.link_keys)).counts(["failed"])

    asks_for_mails = Check(
        "mails on the desk",
        mails,
        "see that notification answers where SIMPUL_NOTIFICATION_URL says, with the same SIMPUL_LINK_KEYS",
    )
    try:
        yield [
            *servers(settings, store),
            Check(f"file of {office}", described, "mend the file that SIMPUL_OFFICE_FILE names"),
            Check(
                "topics and register",
                lambda: require_fit(office, store, assemble(FEATURES), KafkaCluster(settings.kafka)),
                f"run `simpul provision office {office}`",
            ),
            Check("numbers of persons", people, "see MongoDB above"),
            Check("key of persons", lambda: require_key(store, digests), "see MongoDB above"),
            *([asks_for_mails] if settings.notification_url else []),
        ]
    finally:
        await store.close()
