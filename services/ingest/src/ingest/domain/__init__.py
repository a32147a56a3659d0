"""Pure part: from the text of a record to events. No SDK, no clock, no environment."""
