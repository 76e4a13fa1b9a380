"""How a sentence of a narrative is read, rule by rule: the rule, a sentence, what it mentions and as what.

None of these sentences is among those by which reading is measured (tests/narratives).
"""

from typing import NamedTuple


class Read(NamedTuple):
    """A sentence and its mentions in order, each as `concept: told as`."""

    rule: str
    sentence: str
    mentions: tuple[str, ...] = ()


NARRATIVES = [
    Read("plain", "Chills came on at night.", ("sy_chills: reaction",)),
    Read("plain", "FEVER AND RIGORS.", ("sy_pyrexia: reaction", "sy_chills: reaction")),
    Read("the longest name counts", "Fever blister near the mouth.", ("hsv_oral: reaction",)),
    Read("the longest name counts", "Herpes zoster of the trunk.", ("vzv_zoster: reaction",)),
    Read(
        "hyphens and plurals do not matter", "Flu like symptom, cold-sores.", ("sy_ili: reaction", "hsv_oral: reaction")
    ),
    Read("a name does not cross a sentence", "The pain was at the injection. Site pain is a word of ours."),
    Read("a name is whole words", "A feverish week in Coughlin street."),
    Read("abbreviations in capitals only", "CT showed a PE.", ("ot_pe: reaction",)),
    Read("abbreviations in capitals only", "Seen in pe class."),
    Read("PE with a colon is an examination", "PE: unremarkable.", ("ot_pe: near miss",)),
    Read("negation", "She had no fever.", ("sy_pyrexia: negated",)),
    Read("negation", "Blood tests were negative for sepsis.", ("ot_sepsis: negated",)),
    Read("negation after a heading", "Lungs: no cough.", ("sy_cough: negated",)),
    Read("negation after its name", "Cough: no.", ("sy_cough: negated",)),
    Read("negation behind", "Sepsis was ruled out.", ("ot_sepsis: negated",)),
    Read("negation behind a list", "Nausea and vomiting were absent.", ("sy_nausea: negated", "sy_vom: negated")),
    Read(
        "negation behind speaks of the list next to it",
        "Headache lasted a week, sepsis was ruled out.",
        ("sy_head: reaction", "ot_sepsis: negated"),
    ),
    Read("six words on", "No one two three four five six fever.", ("sy_pyrexia: negated",)),
    Read("seven words on", "No one two three four five six seven fever.", ("sy_pyrexia: reaction",)),
    Read("a comma ends it", "No swab, fever followed.", ("sy_pyrexia: reaction",)),
    Read(
        "a comma in a list with or",
        "No cough, nausea or fever.",
        ("sy_cough: negated", "sy_nausea: negated", "sy_pyrexia: negated"),
    ),
    Read(
        "a comma in a list without or", "No cough, fever since Monday.", ("sy_cough: negated", "sy_pyrexia: reaction")
    ),
    Read(
        "denied to the end of the sentence",
        "Denies travel, cough, fever.",
        ("sy_cough: negated", "sy_pyrexia: negated"),
    ),
    Read(
        "the next sentence is another", "Denies cough. Fever at night.", ("sy_cough: negated", "sy_pyrexia: reaction")
    ),
    Read("a semicolon is an end", "Denies cough; fever at night.", ("sy_cough: negated", "sy_pyrexia: reaction")),
    Read("a decimal point is none", "Without rise over 38.5 degrees or fever.", ("sy_pyrexia: negated",)),
    Read("a blank line is an end", "Denies cough\n\nFever at night", ("sy_cough: negated", "sy_pyrexia: reaction")),
    Read("a wrapped line is none", "He had no\nfever.", ("sy_pyrexia: negated",)),
    Read("but turns", "No cough but fever.", ("sy_cough: negated", "sy_pyrexia: reaction")),
    Read(
        "what developed turns", "He denied cough, then developed fever.", ("sy_cough: negated", "sy_pyrexia: reaction")
    ),
    Read("not ruled out is not absent", "Sepsis could not be ruled out.", ("ot_sepsis: reaction",)),
    Read("not only is not absent", "Not only nausea was seen.", ("sy_nausea: reaction",)),
    Read("no improvement is not absent", "No improvement of the cough.", ("sy_cough: reaction",)),
    Read("suspicion is reported", "Suspected DVT of the right leg.", ("ot_dvt: reaction",)),
    Read("history", "History of depigmentation.", ("im_vitiligo: history",)),
    Read("history behind", "Shingles three years ago.", ("vzv_zoster: history",)),
    Read("history since a year", "Vitiligo since 1998.", ("im_vitiligo: history",)),
    Read("no history", "No history of shingles.", ("vzv_zoster: negated",)),
    Read("a short history is the illness", "Three day history of fever.", ("sy_pyrexia: reaction",)),
    Read("the dose before is no history", "Chills after the previous injection.", ("sy_chills: reaction",)),
    Read(
        "history, and now",
        "History of migraine, now headache and nausea.",
        ("sy_head: reaction", "sy_nausea: reaction"),
    ),
    Read("history that became worse", "Known vitiligo worsened.", ("im_vitiligo: reaction",)),
    Read("another person", "His sister got shingles.", ("vzv_zoster: other person",)),
    Read("another person behind", "Cold sore in his wife.", ("hsv_oral: other person",)),
    Read("family history", "Family history of vitiligo.", ("im_vitiligo: other person",)),
    Read("another person tells", "His sister reported fever.", ("sy_pyrexia: reaction",)),
    Read("the patient again", "The nurse saw that the patient vomited.", ("sy_vom: reaction",)),
    Read("another person without it", "Her son had no fever.", ("sy_pyrexia: negated",)),
    Read("possible", "If fever occurs, call us.", ("sy_pyrexia: hypothetical",)),
    Read("possible", "Risk of sepsis was explained.", ("ot_sepsis: hypothetical",)),
    Read("to be ruled out", "CT to rule out colitis.", ("im_colitis: hypothetical",)),
    Read("prevention", "Prophylaxis against cold sores.", ("hsv_oral: hypothetical",)),
    Read("the product", "It is a modified herpes simplex virus.", ("hsv_nos: product",)),
    Read(
        "the product, then the illness",
        "The oncolytic virus was given; herpes simplex followed.",
        ("hsv_nos: reaction",),
    ),
    Read("near miss: hepatic", "Hepatic enzymes rose.", ("hsv_virus: near miss",)),
    Read("near miss: herpangina is its own", "Herpangina of the palate.", ("mimic_other: reaction",)),
    Read("near miss: pneumonia", "Pneumonia of the left lobe.", ("im_pneumonitis: near miss",)),
    Read("near miss: herpes simplex pneumonia", "Herpes simplex pneumonia.", ("hsv_pneum: reaction",)),
    Read("near miss: pneumonitis", "Pneumonitis of the left lobe.", ("im_pneumonitis: reaction",)),
    Read("near miss: a vaccine", "Shingles vaccine last year.", ("vzv_zoster: near miss",)),
    Read("near miss: a receptor", "Programmed death ligand 1 staining.", ("ot_death: near miss",)),
    Read("near miss: a factor", "Tumour necrosis factor inhibitor.", ("is_necrosis_unqualified: near miss",)),
    Read("too weak alone", "He felt ill."),
]
