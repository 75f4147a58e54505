"""Charts for messages, pages and reports: `series` reads what to show, `draw` draws it, `studio` keeps what it drew."""
