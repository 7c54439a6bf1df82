"""Print what the first pages of a PDF say, as JSON, or how many pages it has: python -m screening.pdfs [--count] FILE"""

import logging
import sys
from pathlib import Path

from screening.pdfs.reading import as_json, count, limit, read

if __name__ == "__main__":
    *options, name = sys.argv[1:] or [""]
    if not name or options not in ([], ["--count"]):
        sys.exit(__doc__)
    logging.disable()  # pypdf tells of each oddity of a file; what is asked for here is its text
    limit()
    print(count(Path(name)) if options else as_json(read(Path(name))))
