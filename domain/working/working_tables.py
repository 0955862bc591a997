"""The tables of working papers: what an account keeps for itself on the site, beside the record and no part of it.

Each module of this room declares its table on ``tables``; the register of accounts creates them.
"""

import sqlalchemy as sa

tables = sa.MetaData()
