"""Does the product do what it says? One test file per source file; `make test` runs them all."""
