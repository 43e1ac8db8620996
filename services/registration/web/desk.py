"""Asking a command from a form of staff."""

from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.command_client import pending, unacceptable
from services.registration.kernel.received_commands import canonical
from services.registration.web.front import WAIT_SECONDS, OfficePages
from shared.accounts.access import SignedIn
from shared.contracts.commands import Command
from shared.contracts.outcomes import Outcome
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable

AGAIN = (
    "Belum pasti kami terima. Kembali ke halaman sebelumnya, lalu kirim sekali lagi: tidak ada yang ganda."
)


async def submit_command(
    front: OfficePages, command: Command, key: str, user: SignedIn, wait: float = WAIT_SECONDS
) -> Outcome:
    """The same form with the same content is the same command. Raises `Problem` 503."""
    command_client, source = front.desk.command_client, front.desk.source("staff")
    content = canonical(command.model_dump(mode="json", exclude_unset=True))
    identifier = command_client.digests.form(user.nonce, f"{command.type} {content}")
    try:
        outcome = await command_client.ask(
            command, key, source, identifier, wait, known=True, actor=user.actor
        )
    except Unacceptable as refused:
        return unacceptable(source, identifier, refused.found[0])
    except KafkaUnavailable:
        raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None
    return outcome or pending(source, identifier)
