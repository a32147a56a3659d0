"""Pure parts: what a message says, which elements a set of states gives."""
