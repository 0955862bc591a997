"""Destinations: where what is pushed out of the building may go, who registered it, and what became of each delivery."""
