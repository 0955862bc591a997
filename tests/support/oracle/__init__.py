"""An independent judge of the standards: slow, plain, day by day, written from the reference and not from the engine.

It shares nothing with the engine: its own bank holidays, its own deadlines (from ``national-standards.md``), its own
reading of ``law-in-practice.md``, its own idea of a file (a list of plain dictionaries), and one method only: it lives
through a case a day at a time and remembers what is owed.

* ``days``: bank holidays, working days, months.
* ``stays``: custody, as known on a day.
* ``appointments``: what became of each appointment, what counts, which days failed.
* ``duties``: one thing owed, its due day and its state.
* ``contact``: the windows of contact.
* ``breach``: failures counted towards breach or recall.
* ``life``: the case lived through.
"""
