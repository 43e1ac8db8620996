"""What an office's notification needs, for `simpul check`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.notification.channels.smtp import SmtpServer, greeted
from services.notification.features import FEATURES
from services.notification.kernel.mail_features import assemble
from services.notification.settings import NotificationSettings
from services.notification.storage.provision import birth
from shared.check import Check, servers
from shared.contracts.topics import database
from shared.mongo.driver import connect
from shared.settings import read_settings


@asynccontextmanager
async def checks() -> AsyncIterator[list[Check]]:
    settings = read_settings(NotificationSettings)
    store = connect(settings.mongo_url, database(settings.office, "notification"), settings.mongo_driver)
    server = SmtpServer.of(settings.smtp_url, settings.smtp_seconds)
    office, features = settings.office, assemble(FEATURES)
    provision = f"run `simpul provision office {office}`"
    mend = "see that the mail server and the login are those that SIMPUL_SMTP_URL says"
    try:
        yield [
            *servers(settings, store),
            Check("database of mails", lambda: birth(store, features), provision),
            Check("mail server", lambda: greeted(server), mend),
        ]
    finally:
        await store.close()
