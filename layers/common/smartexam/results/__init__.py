"""Results: which are visible, and the statistics over them."""
