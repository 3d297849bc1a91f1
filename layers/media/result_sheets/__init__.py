"""Results as PDF."""
