"""How do analyses go to RevMan and come from it? RevMan 5 files and data packages of version 1. Pure; also a program."""

from analysis.revman.records import Comparison, Data, Outcome, Result, Review, Study, Totals

__all__ = ["Comparison", "Data", "Outcome", "Result", "Review", "Study", "Totals"]
