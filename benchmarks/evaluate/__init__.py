"""What judging a day costs, and a year of days: `python -m benchmarks.evaluate`."""
