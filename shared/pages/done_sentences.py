"""What was just done, told once at the page where it leads; signed, so that no link makes a page lie."""

from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

from shared.links import HASHED, secrets

DONE_SECONDS: Final = 600  # in which a page loaded again says the same


class DoneSentences:
    """`keys` as `shared.links.SigningKeys`."""

    def __init__(self, keys: str) -> None:
        self._signed = URLSafeTimedSerializer(secrets(keys), salt="simpul/selesai", signer_kwargs=HASHED)

    def sign(self, path: str, sentence: str) -> str:
        """`sentence`: of what was done, at the page of this path; it names nobody, since it stands there."""
        return str(self._signed.dumps([path, sentence]))

    def read(self, token: str, path: str) -> str:
        """What was done, said by us, lately and of this page; else nothing."""
        try:
            named, sentence = self._signed.loads(token, max_age=DONE_SECONDS)
        except BadData:
            return ""
        return str(sentence) if named == path else ""
