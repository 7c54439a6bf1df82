"""How is a RevMan 5 file read and written? XML with a study for each name, its risk of bias, and comparisons with outcomes and their data."""

from analysis.revman.rm5.names import id_of, name_of
from analysis.revman.rm5.reading import LARGEST, read
from analysis.revman.rm5.writing import write

__all__ = ["LARGEST", "id_of", "name_of", "read", "write"]
