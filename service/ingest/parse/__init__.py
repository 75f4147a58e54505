"""One module per format: bytes in, rows and faults out."""
