"""The numbered steps of the tables beside the entries: accounts, settings, requests, working papers, witnesses (Alembic).

``register_NNNN.py`` each; numbers only grow, and a step once released never changes. It declares what it makes by itself, so that a
table that changes later does not change what an earlier step makes.
"""
