"""A camera over recorded traffic: it draws what road users did, and knows where each of them is."""
