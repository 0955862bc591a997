"""What was due, what was done, and how it scores: pure functions from the facts of a file."""
