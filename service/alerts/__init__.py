"""From findings to alerts: transitions, events, and the messages they cause."""
