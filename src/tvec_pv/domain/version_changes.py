"""What changed between two versions of a case, field by field, in E2B(R3) numbers.

Reactions, drugs and other repeated parts are matched by what they say, not by their place: a sender may list them in
another order. Links between them are the message's own and no news.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tvec_pv.domain.case_json import canonical

# By what an entry of a list is recognised in the next version; the first that both have decides.
_RECOGNISED_BY = {
    "E.i": ("E.i.2.1", "E.i.1.2", "E.i.1.1a"),
    "G.k": ("G.k.2.2", "G.k.2.3.r"),
    "G.k.4.r": ("G.k.4.r.4",),
    "F.r": ("F.r.2", "F.r.1"),
    "D.7.1.r": ("D.7.1.r.1",),
    "D.8.r": ("D.8.r.1",),
    "C.1.9.1.r": ("C.1.9.1.r.2",),
    "G.k.7.r": ("name", "code"),
}
_LINKS = frozenset({"E.i.0", "G.k.0", "G.k.9.i.1"})
_OF_THE_TRANSMISSION = frozenset({"C.1.2"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`field` is the way to it, as `E.i 2 / E.i.7`; `was` and `now` are None where the field is absent."""

    field: str
    was: Any
    now: Any


def version_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Every field of a case's document that differs, in the order of the newer version."""
    return tuple(_of_fields("", was, now))


def _of_fields(place: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[FieldChange]:
    for number in dict.fromkeys((*now, *was)):
        if number in _LINKS or number in _OF_THE_TRANSMISSION:
            continue
        yield from _of_value(f"{place}{number}", number, was.get(number), now.get(number))


def _of_value(place: str, number: str, was: Any, now: Any) -> Iterator[FieldChange]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict) and "nullFlavor" not in (*was, *now):
        yield from _of_fields(f"{place} / ", was, now)
    elif _is_list_of_parts(was) and _is_list_of_parts(now):
        yield from _of_parts(place, number, was or [], now or [])
    else:
        yield FieldChange(place, was, now)


def _is_list_of_parts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _of_parts(place: str, number: str, was: Sequence[Any], now: Sequence[Any]) -> Iterator[FieldChange]:
    left = list(was)
    for count, part in enumerate(now, 1):
        earlier = _same_part(number, part, left)
        if earlier is None:
            yield FieldChange(f"{place} {count}", None, part)
            continue
        left.remove(earlier)
        yield from _of_fields(f"{place} {count} / ", earlier, part)
    for part in left:
        yield FieldChange(f"{place} {was.index(part) + 1}", part, None)


def _same_part(number: str, part: Mapping[str, Any], among: Sequence[Mapping[str, Any]]) -> Any:
    """The part of the earlier version that this one continues, or None where it is new."""
    equal = [one for one in among if one == part]
    if equal:
        return equal[0]
    for name in _RECOGNISED_BY.get(number, ()):
        given = part.get(name)
        found = [one for one in among if given and _same(one.get(name), given)]
        if found:
            return found[0]
    return None


def _same(one: Any, other: Any) -> bool:
    return bool(one) and canonical(one).casefold() == canonical(other).casefold()
