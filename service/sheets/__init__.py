"""Tables that people hand in: workbooks read apart, sheets of cells, and what a cell says."""
