"""What people and systems use: pages for people, JSON for systems, commands for operators. No rule and no SQL here."""
