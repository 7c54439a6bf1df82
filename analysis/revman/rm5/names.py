"""What are things called in a RevMan 5 file: kinds of outcome, the attributes of a row and of a total, and studies by their ids?"""

from __future__ import annotations

import re

from analysis.revman.records import CONTINUOUS, DICHOTOMOUS, GENERIC, O_E

KIND_OF = {"DICH": DICHOTOMOUS, "CONT": CONTINUOUS, "IV": GENERIC, "IPD": O_E}
PREFIX_OF = {kind: prefix for prefix, kind in KIND_OF.items()}
# Attributes of a row by kind: RevMan's name -> ours.
VALUES = {
    DICHOTOMOUS: {"EVENTS_1": "events_1", "TOTAL_1": "total_1", "EVENTS_2": "events_2", "TOTAL_2": "total_2"},
    CONTINUOUS: {
        "MEAN_1": "mean_1",
        "SD_1": "sd_1",
        "TOTAL_1": "total_1",
        "MEAN_2": "mean_2",
        "SD_2": "sd_2",
        "TOTAL_2": "total_2",
    },
    GENERIC: {"ESTIMATE": "effect", "SE": "se", "TOTAL_1": "total_1", "TOTAL_2": "total_2"},
    O_E: {
        "EVENTS_1": "events_1",
        "TOTAL_1": "total_1",
        "EVENTS_2": "events_2",
        "TOTAL_2": "total_2",
        "O_E": "o_e",
        "VAR": "var",
    },
}
TOTALS = {
    "STUDIES": "studies",
    "EVENTS_1": "events_1",
    "TOTAL_1": "total_1",
    "EVENTS_2": "events_2",
    "TOTAL_2": "total_2",
    "EFFECT_SIZE": "effect",
    "CI_START": "ci_start",
    "CI_END": "ci_end",
    "Z": "z",
    "P_Z": "p_z",
    "CHI2": "chi2",
    "DF": "df",
    "P_CHI2": "p_chi2",
    "I2": "i2",
    "TAU2": "tau2",
}
WHOLE = ("studies", "df")


def id_of(name: str) -> str:
    """A study's id in RevMan: its name, with every other character than letters and digits written as _xHHHH_."""
    return "STD-" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_x{ord(found[0]):04x}_", name)


def name_of(id: str) -> str:
    """The name that such an id was made of."""
    return re.sub(r"_x([0-9a-fA-F]{4,6})_", lambda found: chr(int(found[1], 16)), id.removeprefix("STD-"))
