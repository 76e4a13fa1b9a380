"""The code lists of E2B(R2) in the codes of E2B(R3), after ICH's conversion (backwards and forwards compatibility).

Units are UCUM as ICH's final list writes them. ICH gives R2's routes no code of R3, only words, and so does this.
"""

from collections.abc import Mapping

from tvec_pv.domain.icsr import ActionTaken, Flag, NullFlavor, Outcome, Sex

YES_NO: Mapping[str, Flag] = {"1": True, "2": False}
YES_NO_UNKNOWN: Mapping[str, Flag] = {**YES_NO, "3": NullFlavor.UNK}

# What senders write into names and numbers of people instead of them.
WORDS_FOR_NOTHING = {"PRIVACY": NullFlavor.MSK, "UNKNOWN": NullFlavor.UNK}

SEXES: Mapping[str, str | NullFlavor] = {"1": Sex.MALE, "2": Sex.FEMALE, "0": NullFlavor.UNK, "9": NullFlavor.NI}

OUTCOMES: Mapping[str, str | NullFlavor] = {
    "1": Outcome.RECOVERED,
    "2": Outcome.RECOVERING,
    "3": Outcome.NOT_RECOVERED,
    "4": Outcome.RECOVERED_WITH_SEQUELAE,
    "5": Outcome.FATAL,
    "6": Outcome.UNKNOWN,
}

ACTIONS: Mapping[str, str | NullFlavor] = {
    "1": ActionTaken.WITHDRAWN,
    "2": ActionTaken.REDUCED,
    "3": ActionTaken.INCREASED,
    "4": ActionTaken.UNCHANGED,
    "5": ActionTaken.UNKNOWN,
    "6": ActionTaken.NOT_APPLICABLE,
}

# Names of the criteria in R2, with the R2 spelling of the fifth.
CRITERIA = {
    "seriousnessdeath": "death",
    "seriousnesslifethreatening": "life_threatening",
    "seriousnesshospitalization": "hospitalisation",
    "seriousnessdisabling": "disability",
    "seriousnesscongenitalanomali": "congenital_anomaly",
    "seriousnessother": "other_important",
}

# How many digits a date has by its format code: CCYYMMDD, CCYYMM, CCYY, CCYYMMDDhhmm, CCYYMMDDhhmmss.
DATE_LENGTHS = {"102": 8, "610": 6, "602": 4, "203": 12, "204": 14}

TIMES = {"801": "a", "802": "mo", "803": "wk", "804": "d", "805": "h", "806": "min", "807": "s"}
AGES = {"800": "10.a", **TIMES}
GESTATIONS = {**TIMES, "810": "{trimester}"}
# FDA's public reports call 811 what ICH calls 810; among intervals 810 has another meaning.
INTERVALS = {**TIMES, "810": "{cyclical}", "811": "{trimester}", "812": "{asnecessary}", "813": "{total}"}

DOSES = {
    "001": "kg",
    "002": "g",
    "003": "mg",
    "004": "ug",
    "005": "ng",
    "006": "pg",
    "007": "mg/kg",
    "008": "ug/kg",
    "009": "mg/m2",
    "010": "ug/m2",
    "011": "L",
    "012": "mL",
    "013": "uL",
    "014": "Bq",
    "015": "GBq",
    "016": "MBq",
    "017": "kBq",
    "018": "Ci",
    "019": "mCi",
    "020": "uCi",
    "021": "nCi",
    "022": "mol",
    "023": "mmol",
    "024": "umol",
    "025": "[iU]",
    "026": "k[iU]",
    "027": "M[iU]",
    "028": "[iU]/kg",
    "029": "meq",
    "030": "%",
    "031": "[drp]",
    "032": "{DF}",
}

RESULTS = {"positive": "1", "negative": "2", "borderline": "3", "inconclusive": "4"}

ROUTES = {
    f"{number:03}": name
    for number, name in enumerate(
        (
            "Auricular (otic)",
            "Buccal",
            "Cutaneous",
            "Dental",
            "Endocervical",
            "Endosinusial",
            "Endotracheal",
            "Epidural",
            "Extra-amniotic",
            "Hemodialysis",
            "Intra corpus cavernosum",
            "Intra-amniotic",
            "Intra-arterial",
            "Intra-articular",
            "Intra-uterine",
            "Intracardiac",
            "Intracavernous",
            "Intracerebral",
            "Intracervical",
            "Intracisternal",
            "Intracorneal",
            "Intracoronary",
            "Intradermal",
            "Intradiscal (intraspinal)",
            "Intrahepatic",
            "Intralesional",
            "Intralymphatic",
            "Intramedullar (bone marrow)",
            "Intrameningeal",
            "Intramuscular",
            "Intraocular",
            "Intrapericardial",
            "Intraperitoneal",
            "Intrapleural",
            "Intrasynovial",
            "Intratumor",
            "Intrathecal",
            "Intrathoracic",
            "Intratracheal",
            "Intravenous bolus",
            "Intravenous drip",
            "Intravenous (not otherwise specified)",
            "Intravesical",
            "Iontophoresis",
            "Nasal",
            "Occlusive dressing technique",
            "Ophthalmic",
            "Oral",
            "Oropharyngeal",
            "Other",
            "Parenteral",
            "Periarticular",
            "Perineural",
            "Rectal",
            "Respiratory (inhalation)",
            "Retrobulbar",
            "Subconjunctival",
            "Subcutaneous",
            "Subdermal",
            "Sublingual",
            "Topical",
            "Transdermal",
            "Transmammary",
            "Transplacental",
            "Unknown",
            "Urethral",
            "Vaginal",
        ),
        1,
    )
}
