"""The doors: pages for people, JSON for systems, commands for operators. No rule and no SQL lives here."""
