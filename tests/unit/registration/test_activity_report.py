"""What a committee reports of an activity."""

from services.registration.features.paper.domain.activity_report import Attendee, Share, activity_report

SESSIONS = {"satu": "Hari 1", "dua": "Hari 2"}


def attendee(name: str, *sessions: str, category: str = "guru", institution: str = "SD 1") -> Attendee:
    return Attendee(name, category, "Kabupaten Badung", institution, dict.fromkeys(sessions, 8))


def test_people_are_counted_by_session_and_by_what_they_stand_for() -> None:
    people = [
        attendee("A", "satu", "dua"),
        attendee("B", "dua", institution=""),
        attendee("C", category="komunitas"),
    ]
    report = activity_report(people, SESSIONS)
    assert report.total == Share("Semua", 3, 2)
    assert report.sessions == (Share("Hari 1", 3, 1), Share("Hari 2", 3, 2))
    assert report.categories == (Share("guru", 2, 2), Share("komunitas", 1, 0))
    assert report.institutions == (Share("SD 1", 2, 1), Share("(tidak disebut)", 1, 1))
    assert [one.name for one in report.present] == ["A", "B"]
    assert [one.name for one in report.absent] == ["C"]
    assert [one.jp for one in people] == [16, 8, 0]


def test_percentages_are_rounded_half_up_and_nobody_is_none_of_nobody() -> None:
    assert [Share("", 8, present).percent for present in (0, 1, 7, 8)] == [0, 13, 88, 100]
    assert Share("", 0, 0).percent == 0
    assert activity_report([], SESSIONS).categories == ()
