"""Print what the first pages of a PDF say, as JSON: python -m screening.pdfs FILE"""

import logging
import sys
from pathlib import Path

from screening.pdfs.reading import as_json, limit, read

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    logging.disable()  # pypdf tells of each oddity of a file; what is asked for here is its text
    limit()
    print(as_json(read(Path(sys.argv[1]))))
