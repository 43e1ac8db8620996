"""What the nation publishes: one row of figures for each office, month, kind and category. Compacted.

Rows are exact, so the topic is for the directorate alone; a null value says that a row is zero by now.
"""

from typing import ClassVar

from shared.contracts.types import Count, Message, Month, OfficeCode, Signed, Slug


class NationalRow(Message):
    """Key `{office}|{YYYY-MM}|{kind}|{category}`; a part that is null is empty there.

    `rev`: higher than that of every row written before; of two records of a key the one with the higher
    holds. Activities and seats stand in the row whose category is null.
    """

    type: ClassVar[str] = "id.simpul.national.row.v1"

    rev: Count
    office: OfficeCode
    month: Month | None
    kind: Slug | None
    category: Slug | None
    activities: Signed
    seats: Signed
    confirmed: Signed
    waitlisted: Signed
    cancelled: Signed
    present: Signed
    session_attendances: Signed
    jp_attended: Signed
