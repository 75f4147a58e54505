"""Pure mathematics of indicators: values in, values out. No I/O, no clock, no settings."""
