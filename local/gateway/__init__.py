"""A stand-in for API Gateway's HTTP API: requests in, payload-2.0 events to the deployed functions, answers out."""
