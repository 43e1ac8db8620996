"""Whether two versions of a message's schema understand each other: the newer reads what the older wrote,
and the older, which passes over fields that it does not know, reads what the newer writes."""

from typing import Any

Json = dict[str, Any]
SAID = {"title", "description", "default", "examples"}  # changes nothing of what is read
GROWING = ("result", "reason", "category", "categories")
"""Of an outcome, who does not know one goes by `state` and `message`; of facts, readers take any category; of
the directory and of commands, its readers are upgraded before those that write it."""
OPEN = ("add", "totals")  # objects whose keys are measures: readers pass over those that they do not know


def differences(old: Json, new: Json) -> list[str]:
    """What breaks either way, each with the place where; none if both understand each other."""
    return sorted(set(_compared("", old, new, old, new)))


def _compared(at: str, old: Any, new: Any, olds: Json, news: Json) -> list[str]:
    old, new = _resolved(old, olds), _resolved(new, news)
    if at.rpartition(".")[2] in OPEN:
        return []
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [f"{at}: other than before"]
    found = []
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() | after.keys():
        place = f"{at}.{name}"
        if name not in before:
            found += [f"{place}: new and required"] if name in new.get("required", []) else []
        elif name not in after:
            found += [f"{place}: gone and was required"] if name in old.get("required", []) else []
        else:
            found += _compared(place, before[name], after[name], olds, news)
            if (name in old.get("required", [])) != (name in new.get("required", [])):
                found.append(f"{place}: required in one version only")
    rest = SAID | {"properties", "required", "$defs"}
    for word in (old.keys() | new.keys()) - rest:
        found += _same(f"{at} {word}", old.get(word), new.get(word), olds, news)
    return found


def _same(at: str, old: Any, new: Any, olds: Json, news: Json) -> list[str]:
    name, *words = at.rpartition(".")[2].split(" ")
    if name in GROWING and words[-1:] == ["enum"] and set(old) <= set(new):
        return []
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            said
            for one, other in zip(old, new, strict=True)
            for said in _compared(at, one, other, olds, news)
        ]
    return _compared(at, old, new, olds, news)


def _resolved(part: Any, whole: Json) -> Any:
    if isinstance(part, dict) and "$ref" in part:
        return whole["$defs"][part["$ref"].rpartition("/")[2]]
    return part
