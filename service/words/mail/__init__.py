"""Messages as HTML mail: what the text says, with the lamp's colour, a table of figures and the chart."""
