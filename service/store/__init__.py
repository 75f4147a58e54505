"""The database: the only place that speaks SQL. Functions take a connection and never commit."""
