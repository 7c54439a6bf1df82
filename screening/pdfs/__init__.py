"""Of which report is a PDF? By its name and its first pages, read apart from everything else. Pure; runs as `python -m screening.pdfs FILE`."""
