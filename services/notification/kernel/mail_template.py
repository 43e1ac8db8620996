"""A kind of mail: what it is called, how long it is worth sending, and whether twice beats never."""

from dataclasses import dataclass
from datetime import timedelta

GREEN, AMBER, RED, BLUE = "#1b6e3c", "#8a5a00", "#8c1d18", "#0b4f8a"


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """`state`: the first words of the subject, in the colour `tone`. `shelf_life` counts from when the mail
    fell due. `resend_if_ambiguous`: nobody knows whether the last attempt arrived; True where missing the
    news is worse than reading it twice. `gathered`: one that is fanned out waits for those that follow on it,
    to be told with them."""

    state: str
    tone: str
    shelf_life: timedelta
    resend_if_ambiguous: bool
    gathered: bool = False
