"""How can anybody do the analyses again, without this program? Tables, and an R script that needs metafor alone. Pure."""

from analysis.reproduction.further import Further, further_files
from analysis.reproduction.tables import Pooling, analyses_csv, codebook_csv, data_csv

__all__ = ["Further", "Pooling", "analyses_csv", "codebook_csv", "data_csv", "further_files"]
