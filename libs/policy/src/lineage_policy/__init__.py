"""Pure policy rules and verdicts over facts about images."""
