"""What is there to know of an effect measure? Its words, its scale, what it reads of a study: everything asks here. Pure."""

from analysis.measures.catalogue import MEASURES, PLANNED, measure, measures_of
from analysis.measures.described import Answers, Measure

__all__ = ["MEASURES", "PLANNED", "Answers", "Measure", "measure", "measures_of"]
