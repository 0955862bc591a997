"""The numbered steps of the access log's tables (Alembic), which on SQLite have a file of their own.

``access_log_NNNN.py`` each; numbers only grow, and a step once released never changes.
"""
