"""How can anybody do the analyses again, without this program? Tables, and an R script that needs metafor alone. Pure."""

from analysis.reproduction.tables import Pooling, analyses_csv, codebook_csv, data_csv

__all__ = ["Pooling", "analyses_csv", "codebook_csv", "data_csv"]
