"""The chat (chatten): from a resident's words to the attested record."""
