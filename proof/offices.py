"""An office as its clients see it."""

from dataclasses import dataclass, field


@dataclass
class OfficeView:
    """What clients know of an office: `urls` of both instances of its registration."""

    code: str
    urls: list[str]
    staff_token: str
    kafka: str
    partitions: int = 6
    notification_urls: list[str] = field(default_factory=list)
