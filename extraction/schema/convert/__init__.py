"""What is the number that a pooled analysis needs, when a report gives another one?

Each conversion takes the reported numbers and gives `Converted`: the number sought, the numbers it was had from, the
formula and its source, and a remark where it rests on more than arithmetic. Names of numbers are those of the columns of
`tables`. What cannot be converted raises `CannotConvert`, whose sentence names the number at fault. Nothing is rounded
but people, who come whole. `proposals` finds, for the rows of an outcome's table, what can be converted.

"Handbook" is the Cochrane Handbook for Systematic Reviews of Interventions, version 6.
"""

from extraction.schema.convert.converted import CannotConvert, Converted
from extraction.schema.convert.effects import (
    events_from_percent,
    events_from_rate,
    log_ratio_from_ci,
    log_ratio_from_o_minus_e,
    log_ratio_from_p,
    se_from_ci,
    se_from_p,
)
from extraction.schema.convert.groups import combine_counts, combine_means, combine_rates
from extraction.schema.convert.medians import mean_sd_from_median
from extraction.schema.convert.proposals import proposals
from extraction.schema.convert.spread import (
    correlation_of_change,
    from_log_scale,
    mean_change,
    sd_from_ci,
    sd_from_difference_ci,
    sd_from_difference_se,
    sd_from_p,
    sd_from_se,
    sd_from_t,
    sd_of_change,
    to_log_scale,
)

__all__ = [
    "CannotConvert",
    "Converted",
    "combine_counts",
    "combine_means",
    "combine_rates",
    "correlation_of_change",
    "events_from_percent",
    "events_from_rate",
    "from_log_scale",
    "log_ratio_from_ci",
    "log_ratio_from_o_minus_e",
    "log_ratio_from_p",
    "mean_change",
    "mean_sd_from_median",
    "proposals",
    "sd_from_ci",
    "sd_from_difference_ci",
    "sd_from_difference_se",
    "sd_from_p",
    "sd_from_se",
    "sd_from_t",
    "sd_of_change",
    "se_from_ci",
    "se_from_p",
    "to_log_scale",
]
