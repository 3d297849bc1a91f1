"""Ends attempts whose students did not, and finishes what a crash left half done."""
