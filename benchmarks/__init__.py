"""What biaochi costs, measured beside what it is held against. `make bench-NAME` runs one; see docs/performance.md."""
