"""Rule files: what they may hold, what may be wrong with them, and the JSON Schemas that explain them."""
