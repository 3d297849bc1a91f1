"""What a sitting costs on AWS, from list prices and from what a request was measured to do."""
