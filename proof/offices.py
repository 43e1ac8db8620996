"""An office as its clients see it."""

from dataclasses import dataclass, field

from shared.signatures import Signer

GRANTED = ("activity.publish", "activity.change", "registration.submit")


@dataclass
class OfficeView:
    """What clients know of an office: `urls` of both instances of its registration; `signer`: of its regional
    system, which its file grants what `GRANTED` says."""

    code: str
    urls: list[str]
    staff_token: str
    kafka: str
    signer: Signer
    partitions: int = 6
    notification_urls: list[str] = field(default_factory=list)

    @property
    def regional(self) -> str:
        """The source of its regional system."""
        return f"/{self.code}/dapodik"
