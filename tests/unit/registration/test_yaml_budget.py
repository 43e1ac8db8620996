"""What a short YAML text may mean is bounded before anything is made of it."""

import pytest

from services.registration.web.yaml_budget import DEPTH, NODES, Unreadable, load

BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 8)
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BOMB, 2),
        ("a: &x [1]\nb: *x", 2),
        ("a: 1\n<<: {b: 2}", 2),
        ("a:\n  b: {<<: {c: 2}}", 2),
        ("[" * (DEPTH + 1), 1),
        ("[" * 100_000, 1),
        ("{" * 100_000, 1),
        ("- 1\n" * (NODES + 1), NODES),
        ("a: !!python/object/apply:os.system [x]", None),
        ("a: 2024-99-99", None),
        ("a: \x00", None),
        (b"\xff\xfe\x00", None),
        ("n: " + "9" * 5000, None),
    ],
)
def test_what_is_no_plain_and_small_text_is_refused_with_its_line(
    text: str | bytes, line: int | None
) -> None:
    with pytest.raises(Unreadable) as refused:
        load(text)
    assert refused.value.line == line


def test_an_activity_is_read_as_ever() -> None:
    assert load("id: satu\nquotas:\n  - {id: semua, seats: 5}\n") == {
        "id": "satu",
        "quotas": [{"id": "semua", "seats": 5}],
    }
    assert load(b"") is None
    assert load("&x") is None
