"""Which records are one publication? Records to links, questions and clusters, without Django or a database."""
