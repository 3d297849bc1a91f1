"""Computes what a sitting costs on AWS, from list prices and measured requests."""
