"""Links that only who got the mail can follow: signed, with keys that can be rotated."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import StringConstraints

SigningKeys = Annotated[str, StringConstraints(pattern=r"^\w+:[0-9a-fA-F]{64,}(,\w+:[0-9a-fA-F]{64,})*$")]
"""`name:hex` of 32 bytes or more, separated by commas; the first signs, all are honoured."""

CANCEL: Final = "batal"
OFFER: Final = "tawaran"
INVITATION: Final = "undangan"
OWN_PAGE: Final = "saya"
MATERIALS: Final = "materi"
OWN_PAGE_LASTS: Final = timedelta(days=30)
HASHED: Final[dict[str, Any]] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
"""How itsdangerous signs here."""


class LinkUnknown(Exception):
    """It was not made here, or with a key that is gone."""


def secrets(keys: str) -> list[str]:
    """The keys in the order that itsdangerous wants: the last one signs."""
    return [key.partition(":")[2] for key in keys.split(",")][::-1]


def signed(keys: str, purpose: str) -> URLSafeSerializer:
    """Signs with the first of `keys`. Links of mails that were sent before HMAC-SHA256 open still."""
    before: list[Any] = [{"digest_method": hashlib.sha1}]
    return URLSafeSerializer(
        secrets(keys), salt=f"simpul/{purpose}", signer_kwargs=HASHED, fallback_signers=before
    )


class Links:
    """`public_url`: where participants reach the office's registration. `keys` as `LinkKeys`."""

    def __init__(self, public_url: str, keys: str) -> None:
        self._url = public_url.rstrip("/")
        self._cancel = signed(keys, CANCEL)
        self._own_page = signed(keys, OWN_PAGE)
        self._materials = signed(keys, MATERIALS)
        self._invitation = signed(keys, INVITATION)

    def to_cancel(self, registration: str) -> str:
        return f"{self._url}/{CANCEL}/{self._cancel.dumps(registration)}"

    def to_offer(self, registration: str) -> str:
        """Whoever may leave may answer."""
        return f"{self._url}/{OFFER}/{self._cancel.dumps(registration)}"

    def to_invitation(self, invitation: str) -> str:
        return f"{self._url}/{INVITATION}/{self._invitation.dumps(invitation)}"

    def invitation(self, token: str) -> str:
        """Of a link to an invitation. Raises `LinkUnknown`."""
        try:
            return str(self._invitation.loads(token))
        except BadSignature:
            raise LinkUnknown from None

    def to_activity(self, activity: str) -> str:
        return f"{self._url}/kegiatan/{activity}"

    def to_activity_shortly(self, activity: str) -> str:
        """For paper, from which it is typed."""
        return f"{self._url}/k/{activity}"

    def to_calendar(self) -> str:
        return f"{self._url}/kegiatan.ics"

    def to_materials(self, registration: str) -> str:
        """Those of its activity."""
        return f"{self._url}/{MATERIALS}/{self._materials.dumps(registration)}"

    def materials(self, token: str) -> str:
        """The registration of such a link. Raises `LinkUnknown`."""
        try:
            return str(self._materials.loads(token))
        except BadSignature:
            raise LinkUnknown from None

    def to_own_page(self, page: str, at: datetime) -> str:
        """`page`: the keyed digest of an address, as hex; from `at` on the link lasts for 30 days."""
        return f"{self._url}/{OWN_PAGE}/{self._own_page.dumps([page, int(at.timestamp())])}"

    def own_page(self, token: str, now: datetime) -> str:
        """The page of a link. Raises `LinkUnknown`, also where it lasts no longer."""
        try:
            page, since = self._own_page.loads(token)
        except BadSignature:
            raise LinkUnknown from None
        if now.timestamp() >= since + OWN_PAGE_LASTS.total_seconds():
            raise LinkUnknown
        return str(page)

    def registration(self, token: str) -> str:
        """Of a link to cancel, or to answer an offer. Raises `LinkUnknown`."""
        try:
            return str(self._cancel.loads(token))
        except BadSignature:
            raise LinkUnknown from None
