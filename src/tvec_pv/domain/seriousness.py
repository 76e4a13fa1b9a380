"""Is a reaction serious (ICH E2A II.B, 21 CFR 600.80(a))? A reporter's "serious" is never downgraded."""

from tvec_pv.domain.icsr import Outcome, Reaction, Seriousness

CRITERIA = (
    ("death", "results in death"),
    ("life_threatening", "life-threatening"),
    ("hospitalisation", "caused or prolonged hospitalisation"),
    ("disability", "disabling or incapacitating"),
    ("congenital_anomaly", "congenital anomaly or birth defect"),
    ("other_important", "other medically important condition"),
    ("required_intervention", "required intervention to prevent impairment"),
)
NAMES = dict(CRITERIA)
_HIGHLIGHTED_SERIOUS = ("3", "4")


def criteria(reaction: Reaction) -> tuple[str, ...]:
    """The criteria that the reporter gave, in the order of E.i.3.2; a fatal outcome is the criterion of death."""
    given = [name for name, _ in CRITERIA if getattr(reaction.seriousness, name) is True]
    if reaction.outcome == Outcome.FATAL and "death" not in given:
        given.insert(0, "death")
    return tuple(given)


def is_serious(reaction: Reaction) -> bool:
    """Serious by a criterion, or because the reporter said so when highlighting the term (E.i.3.1)."""
    return bool(criteria(reaction)) or reaction.highlighted in _HIGHLIGHTED_SERIOUS


def is_fatal(reaction: Reaction) -> bool:
    return "death" in criteria(reaction)


def is_stated(seriousness: Seriousness) -> bool:
    """Whether the report says anything at all about seriousness, be it only "no information"."""
    return any(getattr(seriousness, name) is not None for name, _ in CRITERIA)
