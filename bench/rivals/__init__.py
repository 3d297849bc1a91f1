"""Programs that the product is compared with."""
