"""Analytics of all students' results."""
