"""Stores and registries under test: the fake and the real one keep the same promises."""
