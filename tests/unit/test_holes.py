"""When offsets without a record are read again, and when they are taken for what they are."""

from shared.kafka.holes import Holes

WHERE = ("simpul.bali.directory.v1", 3)


def test_a_hole_is_real_once_reading_again_shows_the_very_same() -> None:
    holes = Holes()
    assert not holes.to_read_again(WHERE, offset=5, first=5)
    assert holes.to_read_again(WHERE, offset=5, first=9)
    assert holes.to_read_again(WHERE, offset=5, first=8), "another hole"
    assert not holes.to_read_again(WHERE, offset=5, first=8)
    assert holes.to_read_again(WHERE, offset=9, first=12)


def test_a_hole_of_an_earlier_assignment_proves_nothing() -> None:
    holes = Holes()
    assert holes.to_read_again(WHERE, offset=5, first=9)
    holes.forget(WHERE)
    assert holes.to_read_again(WHERE, offset=5, first=9)
