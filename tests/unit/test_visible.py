from shared.visible import all_visible, visible


def test_signs_that_nobody_sees_are_taken_off() -> None:
    for sign in "\u200b\u200c\u200d\u200e\ufeff\u00ad\u202e\u2066\u034f\ufe0f\U000e0041\U000e0001":
        assert visible(f"Ma{sign}de") == "Made", ascii(sign)
    for blank in "\u2800\u3164\u115f\u1160\uffa0":
        assert visible(f"Ni{blank}Made") == "Ni Made", ascii(blank)


def test_what_people_see_stays() -> None:
    for text in ("I Gusti Ngurah", "Ñusa é", "محمد", "📚 Guru", "Jum’at", "a\u00a0b\n"):
        assert visible(text) == text


def test_every_text_of_a_message_is_reached_and_nothing_else() -> None:
    sent = {"a": "x\u200by", "b": [1, None, {"c\u200b": "\ufeff"}], "d": True}
    assert all_visible(sent) == {"a": "xy", "b": [1, None, {"c\u200b": ""}], "d": True}
