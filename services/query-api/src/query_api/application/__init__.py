"""Questions that are answered: each module is one of them."""
