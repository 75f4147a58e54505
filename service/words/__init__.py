"""What people read: numbers, days, labels and messages, in the words of the district's campaign office."""
