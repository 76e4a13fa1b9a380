"""E.i and F.r of an E2B(R3) message: the reactions and the tests."""

from typing import Any

from tvec_pv.domain.icsr import Reaction, Seriousness, Term, TestResult
from tvec_pv.sources.hl7 import MEDDRA, XSI_TYPE, Node, Values, ich
from tvec_pv.sources.hl7_plans import (
    Draft,
    attribute,
    both,
    code,
    coded,
    day,
    each,
    flag,
    inside,
    interval,
    keep,
    measured,
    quantity,
    term,
    text,
    under,
    words,
)

_CRITERIA = {
    "death": flag("death", "E.i.3.2a"),
    "life_threatening": flag("life_threatening", "E.i.3.2b"),
    "hospitalisation": flag("hospitalisation", "E.i.3.2c"),
    "disability": flag("disability", "E.i.3.2d"),
    "congenital_anomaly": flag("congenital_anomaly", "E.i.3.2e"),
    "other_important": flag("other_important", "E.i.3.2f"),
    "required_intervention": flag("required_intervention", "FDA.E.i.3.2h"),
}


def _reaction(**draft: Any) -> Reaction:
    criteria = {name: draft.pop(name) for name in _CRITERIA if name in draft}
    return Reaction(seriousness=Seriousness(**criteria), **draft)


def _term(_: Values, node: Node, draft: Draft) -> None:
    """E.i.2.1: code and version. The words beside them are the reporter's (E.i.1.1a)."""
    if "term" not in draft and node.get("codeSystem") == MEDDRA:
        draft["term"] = Term(code=node.get("code"), version=node.get("codeSystemVersion"))


REACTIONS = each(
    "reactions",
    _reaction,
    inside(
        {
            "id": attribute("id", "root"),
            "effectiveTime": interval(("start", "E.i.4"), ("end", "E.i.5"), ("duration", "E.i.6")),
            "value": both(
                _term, inside({"originalText": both(text("reported", "E.i.1.1a"), attribute("language", "language"))})
            ),
            "location": under("locatedEntity", "locatedPlace", "code", code("country", "E.i.9")),
            "observation": coded(
                {
                    ich(30): text("translation", "E.i.1.2"),
                    ich(37): code("highlighted", "E.i.3.1"),
                    ich(34): _CRITERIA["death"],
                    ich(21): _CRITERIA["life_threatening"],
                    ich(33): _CRITERIA["hospitalisation"],
                    ich(35): _CRITERIA["disability"],
                    ich(12): _CRITERIA["congenital_anomaly"],
                    ich(26): _CRITERIA["other_important"],
                    ("7", "2.16.840.1.113883.3.989.5.1.2.2.1.3"): _CRITERIA["required_intervention"],
                    ich(27): code("outcome", "E.i.7"),
                    ich(24): flag("medically_confirmed", "E.i.8"),
                }
            ),
        }
    ),
    where="reaction",
)


def _bound(field: str, read: Values, node: Node, draft: Draft) -> None:
    draft[field] = read.measured(node, "F.r.3.2")
    if (given := node.get("inclusive")) is not None:
        draft[f"{field}_inclusive"] = given == "true"


_RANGE = inside(
    {
        "center": measured("value", "F.r.3.2"),
        "low": lambda read, node, draft: _bound("low", read, node, draft),
        "high": lambda read, node, draft: _bound("high", read, node, draft),
    }
)
_RESULTS = {"ED": text("text", "F.r.3.4"), "PQ": measured("value", "F.r.3.2")}


def _result(read: Values, node: Node, draft: Draft) -> None:
    """F.r.3.2 is a range whose bounds say "less than", or a center; F.r.3.4 is text in the same place."""
    _RESULTS.get(node.get(XSI_TYPE, ""), _RANGE)(read, node, draft)


_NORMAL = {"L": quantity("normal_low", "F.r.4"), "H": quantity("normal_high", "F.r.5")}
_NORMAL_PARTS = inside({"interpretationCode": attribute("which", "code"), "value": keep("value")})


def _normal(read: Values, node: Node, draft: Draft) -> None:
    found: Draft = {}
    _NORMAL_PARTS(read, node, found)
    plan = _NORMAL.get(found.get("which") or "")
    if plan is not None and "value" in found:
        plan(read, found["value"], draft)


TESTS = under(
    "observation",
    each(
        "tests",
        TestResult,
        inside(
            {
                "effectiveTime": day("date", "F.r.1"),
                "code": term("name", "F.r.2"),
                "interpretationCode": code("result_code", "F.r.3.1"),
                "value": _result,
                "observationRange": _normal,
                "observation": coded({ich(10): words("comments", "F.r.6"), ich(25): flag("more_available", "F.r.7")}),
            }
        ),
        where="test",
    ),
)
