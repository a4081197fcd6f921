"""The locks, and the two small programs that use and make them."""
