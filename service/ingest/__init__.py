"""From a body to stored readings.

A body        formats → parse/ → sift (validate) → submit
Storing       storing (doubts), held against what is closed and sealed (past)
Afterwards    quarantine (corrections; reported: settled by itself) · review · withdraw
Calls         zero: 零报告 as a body like any other
Shared        rows · cells · names · lookup · metrics
"""
