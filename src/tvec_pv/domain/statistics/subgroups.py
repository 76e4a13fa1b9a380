"""Is a reaction reported with the product more disproportionately in a subgroup of patients than in the others?"""

import numpy as np

from tvec_pv.domain.statistics.contingency import Table
from tvec_pv.domain.statistics.disproportionality import log_ror_error, ror
from tvec_pv.domain.statistics.interval import Interval, on_log_scale


def relative_ror(subgroup: Table, others: Table) -> Interval:
    """The ROR among the patients of a subgroup over that among all others.

    Formula: ROR1 / ROR2; SE(ln) = sqrt(SE1^2 + SE2^2).
    Convention: the two tables share no report: a report whose subgroup is not known is in neither. Nothing added to a
    cell; not defined where one is 0.
    Source: Altman and Bland 2003; GVP IX addendum I names the measure for children and the elderly.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(ror(subgroup).estimate / ror(others).estimate)
    return on_log_scale(ratio, np.hypot(log_ror_error(subgroup), log_ror_error(others)))
