"""What a report's words make of a reaction's term: qualifiers, slips of the pen, words that name something else."""

from typing import NamedTuple


class Qualified(NamedTuple):
    """A coded term, what the reporter wrote, and the concept and US letter that follow."""

    coded: str
    written: str
    concept: str
    us: str
    why: str


class Spelt(NamedTuple):
    """What was written, not coded, and the name of the profile that it is taken for, if any."""

    written: str
    taken_for: str
    why: str


class Doubted(NamedTuple):
    """A coded term, what the reporter wrote, how surely it is what was coded, and the US letter."""

    coded: str
    written: str
    sure: str
    us: str
    why: str


class Categories(NamedTuple):
    """A coded term, what the reporter wrote, whether of another person, and every category, leading one first."""

    coded: str
    written: str
    of_another_person: bool
    categories: tuple[str, ...]


QUALIFIERS = [
    Qualified("Psoriasis", "psoriasis got worse", "im_psor", "L", "the labels say worsening"),
    Qualified("Psoriasis", "exacerbation of known psoriasis", "im_psor", "L", "the labels say worsening"),
    Qualified("Psoriasis", "psoriasis flare-up", "im_psor", "L", "the labels say worsening"),
    Qualified("Psoriasis", "psoriasis", "im_psor_new", "U", "not said to be worse"),
    Qualified("Psoriasis", "new psoriasis, worse every day", "im_psor_new", "U", "new, whatever it does since"),
    Qualified("Psoriasis", "psoriasis, no worsening", "im_psor_new", "U", "said not to be worse"),
    Qualified("Plasmacytoma", "plasmacytoma 2 cm from injected nodule", "is_plasma", "L", "near the injection site"),
    Qualified("Plasmacytoma", "plasmacytoma at injection site", "is_plasma", "L", "near the injection site"),
    Qualified("Plasmacytoma", "plasmacytoma of the jaw", "is_plasma_unqualified", "I", "how far is not said"),
    Qualified("Plasmacytoma", "plasmacytoma distant from the injection site", "plasma_remote", "U", "said to be away"),
    Qualified(
        "Plasmacytoma", "plasmacytoma, not remote from the injection site", "is_plasma_unqualified", "I", "to ask"
    ),
    Qualified(
        "Plasmacytoma", "plasmacytoma, not at an injection site", "is_plasma_unqualified", "I", "how far is not said"
    ),
    Qualified("Plasmacytoma", "plasmacytoma in an uninjected node", "plasma_remote", "U", "said to be away"),
    Qualified("Skin necrosis", "necrosis of the injected leg lesion", "is_necrosis", "L", "necrosis of the tumour"),
    Qualified("Skin necrosis", "necrosis of the heel", "is_necrosis_unqualified", "I", "not of the tumour"),
    Qualified("Skin ulcer", "ulcer over the treated tumour", "is_ulcer", "L", "ulceration of the tumour"),
    Qualified("Skin ulcer", "leg ulcer", "is_ulcer_unqualified", "I", "not of the tumour"),
    Qualified("Cellulitis", "cellulitis around the injected shin lesion", "is_cell", "L", "at the site"),
    Qualified("Cellulitis", "cellulitis of the other leg", "ot_cellrem", "L", "not at the site"),
    Qualified(
        "Injection site vesicles", "blisters, herpes by the dermatologist", "hsv_injsite", "L", "herpes is stated"
    ),
    Qualified("Injection site vesicles", "blisters, not herpes", "is_vesicle", "I", "herpes is denied"),
    Qualified("Injection site vesicles", "blisters, possibly herpes", "is_vesicle", "I", "herpes is a guess"),
    Qualified("Injection site vesicles", "blisters", "is_vesicle", "I", "herpes is not stated"),
]

SPELLING = [
    Spelt("Herpes labalis", "Herpes labialis", "a letter missing"),
    Spelt("Herpes labialsi", "Herpes labialis", "two letters swapped"),
    Spelt("Oral herpess", "Oral herpes", "a letter too many"),
    Spelt("Pnuemonitis", "Pneumonitis", "two letters swapped"),
    Spelt("glomerulonephrits", "Glomerulonephritis", "a letter missing"),
    Spelt("glomeruloneprits", "Glomerulonephritis", "two letters missing in a long word"),
    Spelt("deep vein trombosis", "Deep vein thrombosis", "a letter missing"),
    Spelt("dermatitis herpetiformiss", "Dermatitis herpetiformis", "a mimic, misspelt, is that mimic"),
    Spelt("postherpetic neuralgai", "Postherpetic neuralgia", "a mimic, misspelt, is that mimic"),
    Spelt("hepatic encephalitis", "", "hepatic is no herpetic"),
    Spelt("hepatic keratitis", "", "hepatic is no herpetic"),
    Spelt("herpetiform stomatitis", "", "herpetiform is no herpetic"),
    Spelt("pneumonia", "", "another event than pneumonitis"),
    Spelt("skin hyperpigmentation", "", "the opposite of hypopigmentation"),
    Spelt("valvulitis", "", "two letters from vasculitis, and another disease"),
    Spelt("myalgai", "", "too short a name to guess"),
    Spelt("injection site rash", "", "another reaction than pain or mass"),
    Spelt("abdominal pian", "", "too short a word to guess"),
    Spelt("herpes of my labialis", "", "other words are another name"),
    Spelt("Tinnitus", "", "nothing of the profile"),
]

SOMETHING_ELSE = [
    Doubted("Herpes simplex", "herpes simplex", "certain", "L", "nothing else is said"),
    Doubted("Herpes simplex", "shingles on the left", "likely", "I", "shingles is another virus"),
    Doubted("Herpes virus infection", "VZV infection", "likely", "I", "another virus"),
    Doubted(
        "Herpes simplex", "herpetiform vesicles, HSV PCR positive", "certain", "L", "a word for how vesicles stand"
    ),
    Doubted("Disseminated herpes simplex", "widespread herpes with hepatic failure", "certain", "L", "an organ of it"),
    Doubted("Oral herpes", "herpangina", "likely", "I", "another disease"),
    Doubted("Pneumonitis", "aspiration pneumonia", "likely", "I", "not the immune-mediated pneumonitis"),
    Doubted("Herpes simplex encephalitis", "zoster encephalitis", "likely", "U", "unlisted stays unlisted"),
    Doubted("Tinnitus", "zoster", "certain", "U", "the reporter's own word is what the profile knows"),
]

ALL_CATEGORIES = [
    Categories("Herpes simplex", "herpes", False, ("herpetic",)),
    Categories("Herpes simplex", "vesicles confined to the injected nodule", False, ("herpetic", "injection-site")),
    Categories("Injection site herpes", "", False, ("herpetic", "injection-site")),
    Categories("Herpetic whitlow", "vesicles on a finger", False, ("herpetic",)),
    Categories("Herpetic whitlow", "vesicles on a finger", True, ("transmission", "herpetic")),
    Categories("Injection site herpes", "", True, ("transmission", "herpetic", "injection-site")),
    Categories("Neonatal herpes simplex", "", True, ("transmission",)),
    Categories("Pyrexia", "", True, ("systemic",)),
]
