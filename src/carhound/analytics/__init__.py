"""CAR documents (YAML, pages, searches in text files) as `Analytic` values, and what is known about them."""
