"""Bodies as rows and faults, a module for each format.

JSON       json, ndjson
Tables     csv; xlsx, whose workbook is opened in a process of its own (workbook, apart)
           → sheet (cells) → sheets → header (columns, title, by the fields and subheads it knows)
           → table (keys, totals, sums, notices)
"""
