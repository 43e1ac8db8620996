"""How long before a session people are reminded is part of what an activity's facts say."""

from datetime import timedelta

from services.registration.features.gatherings.domain.activity import change, evolve, publish
from services.registration.kernel.decisions import Refusal
from shared.contracts.commands import ChangeActivity
from shared.contracts.facts import ActivityChanged, ActivityPublished
from tests.support.office import activity


def test_facts_of_an_activity_say_when_to_remind() -> None:
    announced = publish(None, activity("rakor", reminder_before=timedelta(hours=6)))
    assert not isinstance(announced, Refusal)
    (first,) = announced
    assert isinstance(first.body, ActivityPublished)
    assert first.body.reminder_before == timedelta(hours=6)
    after = change(evolve(None, first), ChangeActivity(activity="rakor", reminder_before=timedelta(days=2)))
    assert not isinstance(after, Refusal)
    assert isinstance(after[0].body, ActivityChanged)
    assert after[0].body.fields == ("reminder_before",)
    assert after[0].body.model_dump(mode="json")["reminder_before"] == "P2D"
