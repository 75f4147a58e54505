"""What the API takes and answers with, by subject. Fields are only ever added."""
