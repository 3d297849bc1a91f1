"""Figures: where they are on a page, which question or option they belong to, and cutting them out."""
