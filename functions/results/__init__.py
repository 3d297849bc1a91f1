"""Results of a student's attempts, as far as they are visible."""
