"""The cues by which narratives are read: what a phrase does to the mentions that stand in one sentence with it."""

from dataclasses import dataclass
from enum import StrEnum

MOST_REACH = 20  # words; it bounds the work at each mention


class Kind(StrEnum):
    """What a mention is told as."""

    REACTION = "reaction"
    NEGATED = "negated"
    HISTORY = "history"
    OTHER_PERSON = "other person"
    HYPOTHETICAL = "hypothetical"
    PRODUCT = "product"
    NEAR_MISS = "near miss"


class CueKind(StrEnum):
    """What a cue does to the mentions of its sentence: the first six say what they are told as.

    `turn` ends what was denied, past or hypothetical; `patient` ends what was another person's; `end` ends all.
    `near miss` is a phrase that only looks like a name; `capitals` is a name that is one only in capitals; `too weak`
    is a name that says too little in running text; `outcome` is a name that a fatal reaction of the case covers.
    `nothing` is a phrase that only looks like a cue.
    """

    PRODUCT = "product"
    NEGATION = "negation"
    HYPOTHETICAL = "hypothetical"
    OTHER_PERSON = "other person"
    WORSENING = "worsening"
    HISTORY = "history"
    TURN = "turn"
    PATIENT = "patient"
    END = "end"
    NOTHING = "nothing"
    NEAR_MISS = "near miss"
    CAPITALS = "capitals"
    TOO_WEAK = "too weak"
    OUTCOME = "outcome"
    ENGLISH = "English"
    OTHER_LANGUAGE = "other language"


class Direction(StrEnum):
    """Whether a cue speaks of what follows it, of what stands before it, or of both."""

    NONE = ""
    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Cue:
    """One row of the table of cues. In a cue, 9999 stands for any year.

    `reach` is how many words on the cue is heard; a comma ends it too, unless a list follows. Without it the cue is
    heard to the end of the sentence. `concept` is what a near miss is taken for.
    """

    cue: str
    kind: CueKind
    direction: Direction = Direction.NONE
    reach: int | None = None
    concept: str = ""


# Each kind of cue that says what a mention is told as; where several are heard, the first decides.
TOLD_AS = {
    CueKind.PRODUCT: Kind.PRODUCT,
    CueKind.NEGATION: Kind.NEGATED,
    CueKind.HYPOTHETICAL: Kind.HYPOTHETICAL,
    CueKind.OTHER_PERSON: Kind.OTHER_PERSON,
    CueKind.WORSENING: Kind.REACTION,
    CueKind.HISTORY: Kind.HISTORY,
}
ENDS = {
    CueKind.TURN: (CueKind.NEGATION, CueKind.HISTORY, CueKind.HYPOTHETICAL, CueKind.PRODUCT),
    CueKind.PATIENT: (CueKind.OTHER_PERSON,),
    CueKind.END: tuple(TOLD_AS),
}
# The kinds that are looked for among the names, each phrase in one of them only.
PHRASES = frozenset(CueKind) - {CueKind.CAPITALS, CueKind.OUTCOME, CueKind.ENGLISH, CueKind.OTHER_LANGUAGE}
