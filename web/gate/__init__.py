"""The gate: the one way by which something is pushed out of the building, to destinations that were registered."""
