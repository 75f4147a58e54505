"""Rule tests: their files, their catalogues, running them, and making them of alerts people have marked."""
