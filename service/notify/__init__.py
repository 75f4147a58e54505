"""Notify: what the outbox holds is sent over the channels, at least once, and what became of it is recorded."""
