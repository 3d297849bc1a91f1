"""Requests, bodies and answers, in API Gateway's payload format 2.0."""
