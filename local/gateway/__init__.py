"""A local API Gateway: requests in, payload-2.0 events to the deployed functions, answers out."""
