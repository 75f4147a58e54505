"""Due: what each feed owes by when, what has come of it, and the reminder before the deadline."""
