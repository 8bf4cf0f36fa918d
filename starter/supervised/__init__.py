"""What the supervisor is made of: the child as described, its process, the tether to us, and the log they share."""
