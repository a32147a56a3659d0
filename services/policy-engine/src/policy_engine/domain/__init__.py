"""Pure parts: messages, facts from vertices, decisions as events."""
