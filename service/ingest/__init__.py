"""From a body to stored readings: parse, validate, submit."""
