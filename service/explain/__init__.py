"""Explaining an alert: from its lamp back to the formula, the readings and the submissions."""
