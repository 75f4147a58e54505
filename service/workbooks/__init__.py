"""Workbooks that go out: templates to fill in, and those that come back with what became of their rows.

Templates     template → form (grid, days, guide, in looks)
Results       outcomes → returned (marking)
"""
