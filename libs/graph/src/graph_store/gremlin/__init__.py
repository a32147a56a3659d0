"""The graph behind Gremlin: Neptune in AWS, Gremlin Server with a TinkerGraph locally."""
