"""Pure functions from the entries of a file to duties, answers and scores."""
