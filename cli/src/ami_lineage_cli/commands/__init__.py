"""The verbs, by what they need: the API, or a platform on this machine."""
