"""The whole system on one machine: servers, topology, the four services, and how to find them."""
