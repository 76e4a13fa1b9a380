"""The cells of a EudraVigilance line listing: lists of reactions and of medicines, each with its details in brackets.

    PT (duration - outcome - criterion, criterion), PT (...)          the public listing and EVDAS
    PT (outcome - start - duration), PT (...)                         the listing of clinical trials
    NAME [SUBSTANCE, SUBSTANCE] (S - indication - action taken - [duration - dose - route]), NAME ...

Commas stand between entries, between criteria and inside terms; brackets and hyphens stand in terms too. So nothing
is split at a comma: an entry ends where its details end, and those are the innermost brackets with two " - " in them
at whose end a comma, a line break or the cell's end stands. What is before them, back to the entry before, is the
term. Whatever is left at the end of the cell was cut off.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tvec_pv.domain.icsr import ActionTaken, DrugRole, Outcome

OUTCOMES = {
    "fatal": Outcome.FATAL,
    "recovered/resolved": Outcome.RECOVERED,
    "recovered/resolved with sequelae": Outcome.RECOVERED_WITH_SEQUELAE,
    "recovering/resolving": Outcome.RECOVERING,
    "not recovered/not resolved": Outcome.NOT_RECOVERED,
    "unknown": Outcome.UNKNOWN,
    "not specified": None,
}
CRITERIA = {
    "results in death": "death",
    "life threatening": "life_threatening",
    "caused/prolonged hospitalisation": "hospitalisation",
    "disabling": "disability",
    "congenital anomaly": "congenital_anomaly",
    "other medically important condition": "other_important",
}
ROLES = {
    "S": DrugRole.SUSPECT,
    "I": DrugRole.INTERACTING,
    "C": DrugRole.CONCOMITANT,
    "N": DrugRole.NOT_ADMINISTERED,
}
ACTIONS_TAKEN = {
    "drug withdrawn": ActionTaken.WITHDRAWN,
    "dose reduced": ActionTaken.REDUCED,
    "dose increased": ActionTaken.INCREASED,
    "dose not changed": ActionTaken.UNCHANGED,
    "unknown": ActionTaken.UNKNOWN,
    "not applicable": ActionTaken.NOT_APPLICABLE,
}
NOTHING = ("", "n/a", "-", "not specified", "not reported", "not available")

# Each is tried once per place and never goes back over what it has seen: a cell may be made to be slow.
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DETAILS = re.compile(r"\(([^()]*)\)(?=\s*(?:,|\Z))")
_ROLE = re.compile(r"\(([A-Z]) - ")
_END = r"(?=\s*,)"
_END_OF_CELL = r"(?=\s*(?:,|\Z))"
_WITH_DOSES, _LAST_WITH_DOSES = (re.compile(rf"\]\s*\){end}") for end in (_END, _END_OF_CELL))
_CLOSED, _LAST_CLOSED = (re.compile(rf"\){end}") for end in (_END, _END_OF_CELL))
_BETWEEN_DOSES = re.compile(r"\]\s*,?\s*\[")
_CUT_ROLE = re.compile(r"\([A-Z]?(?: -.*)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReactionEntry:
    """One reaction as it stands. `is_cut`: its details, or some of its term, are not there."""

    term: str
    duration: str = ""
    outcome: str = ""
    criteria: tuple[str, ...] = ()
    start: str = ""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class MedicineEntry:
    """One medicine as it stands; `doses` are (duration, dose, route)."""

    name: str
    substances: tuple[str, ...] = ()
    role: str = ""
    indication: str = ""
    action_taken: str = ""
    doses: tuple[tuple[str, str, str], ...] = ()
    is_cut: bool = False


def read_reactions(cell: str) -> tuple[ReactionEntry, ...]:
    """The reactions of a cell, in its order."""
    return tuple(entry for part in _BREAK.split(cell) for entry in _reactions(part))


def read_medicines(cell: str) -> tuple[MedicineEntry, ...]:
    """The medicines of a cell, in its order."""
    return tuple(entry for part in _BREAK.split(cell) for entry in _medicines(part))


def is_nothing(text: str) -> bool:
    return text.strip().lower() in NOTHING


def has_two_entries(term: str) -> bool:
    """Whether a term holds an outcome in brackets: then two entries were not told apart."""
    inner = re.findall(r"\(([^()]*)\)", term.lower())
    return any(part.strip() in OUTCOMES for details in inner for part in details.split(" - "))


def _reactions(part: str) -> Iterator[ReactionEntry]:
    place = 0
    for details in _DETAILS.finditer(part):
        if (details[1] + " ").count(" - ") < 2:
            continue
        term = _term(part[place : details.start()])
        place = details.end()
        first, second, third = (one.strip() for one in _three(details[1]))
        if first.lower() in OUTCOMES and second.lower() not in OUTCOMES:
            yield ReactionEntry(term, duration=third, outcome=first, start=second)
        else:
            criteria = tuple(one.strip() for one in third.split(",") if not is_nothing(one))
            yield ReactionEntry(term, duration=first, outcome=second, criteria=criteria)
    if rest := _term(part[place:]):
        yield ReactionEntry(_without_cut_details(rest), is_cut=True)


def _three(details: str) -> tuple[str, str, str]:
    first, _, rest = details.partition(" - ")
    second, _, third = (rest + " ").rpartition(" - ")
    return first, second, third


def _without_cut_details(rest: str) -> str:
    """The term before details that break off; brackets that belong to the term stay."""
    term, bracket, details = rest.rpartition("(")
    if not bracket or ")" in details:
        return rest
    begun = details.strip().lower()
    is_details = " - " in details or any(word.startswith(begun) for word in (*OUTCOMES, "n/a"))
    return term.strip() if term.strip() and (is_details or re.fullmatch(r"\d+\s*[a-z]*", begun)) else rest


def _medicines(part: str) -> Iterator[MedicineEntry]:
    place = 0
    for start, following in pairwise([*_ROLE.finditer(part), None]):
        if start is None:
            break
        details = part[start.end() : following.start() if following else None]
        with_doses, closed = (_WITH_DOSES, _CLOSED) if following else (_LAST_WITH_DOSES, _LAST_CLOSED)
        end = with_doses.search(details) or closed.search(details)
        if end is None:
            continue
        name, substances = _name(_term(part[place : start.start()]))
        place = start.end() + end.end()
        body, _, doses = details[: end.end() - 1].partition(" - [")
        indication, action = _indication(body)
        yield MedicineEntry(name, substances, start[1], indication, action, tuple(_doses(doses)))
    rest = _term(part[place:])
    if rest and not is_nothing(rest):
        name, substances = _name(_CUT_ROLE.sub("", rest).strip())
        yield MedicineEntry(name, substances, is_cut=True)


def _indication(body: str) -> tuple[str, str]:
    """The last part is what was done with the medicine; an indication may hold " - " itself."""
    indication, mark, action = body.rpartition(" - ")
    if not mark and action.strip().lower() not in ACTIONS_TAKEN:
        return action.strip(), ""
    return indication.strip(), action.strip()


def _doses(text: str) -> Iterator[tuple[str, str, str]]:
    for details in _BETWEEN_DOSES.split(text.strip().removesuffix("]")) if text else ():
        duration, _, rest = details.partition(" - ")
        dose, mark, route = rest.rpartition(" - ")
        yield (duration.strip(), dose.strip(), route.strip()) if mark else ("", details.strip(), "")


def _name(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and, of the last square brackets, the substances."""
    depth = 0
    if text.endswith("]"):
        for place in range(len(text) - 1, -1, -1):
            depth += {"]": 1, "[": -1}.get(text[place], 0)
            if depth == 0:
                return text[:place].strip(), tuple(_substances(text[place + 1 : -1]))
    name, _, cut = text.partition("[")
    return name.strip(), tuple(_substances(cut))


def _substances(text: str) -> Iterator[str]:
    """The names between commas; a comma inside brackets belongs to a name."""
    depth, start = 0, 0
    for place, letter in enumerate(f"{text},"):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and depth <= 0:
            if name := text[start:place].strip():
                yield name
            start = place + 1


def _term(text: str) -> str:
    return text.strip().removeprefix(",").removesuffix(",").strip()
