"""How far jobs are, and what they come to."""
