"""Workbooks that go out: a feed's template to fill in."""
