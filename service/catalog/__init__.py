"""The catalogue: files a person edits, checked, and published as versions."""
