"""Figures: finds them on pages, assigns them to questions and options, and cuts them out."""
