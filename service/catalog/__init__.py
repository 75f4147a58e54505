"""The catalogue: files a person edits, checked, and published as versions.

Files → entries: files (as entries has them) → check (check_feeds, check_targets)
Entries → values: resolve → check_resolved → publish
"""
