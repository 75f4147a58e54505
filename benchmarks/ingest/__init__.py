"""What taking readings in costs, through the running service: `python -m benchmarks.ingest`."""
