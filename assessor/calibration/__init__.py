"""From files of answers to item parameters, and back: what later answers say about a bank.

`assessor calibrate` (`calibrating`), `assessor inspect` (`upkeep/`), `assessor cuts` (`judgements`, `cutting`).

Words used here
    table        the file: rows of cells under a header, CSV or Parquet (`csv_tables`, `large_files`)
    layout       what its columns are: one row a person (wide), or one row an answer (long) (`layout`)
    answers      the scores, in pieces of 20,000 people that are loaded one at a time (`answers`)

Decisions
    A mistake in a file is named with its row and column; nothing is guessed, repaired or left out silently.
    A file that fits is read by Python's own reader. Of a larger one the rows of a wide table are cut into pieces while
    they are read; those of a long or short one are sorted and counted by DuckDB, outside of memory. All ways give the
    same pieces in the same order, so the parameters agree to the last bit. When DuckDB meets something that it cannot
    read, the reader walks the file to say where: there is one set of messages.
    People keep the order in which they first appear in the file. Equal rows of a short test are kept once, with
    their number. The answers themselves never leave the machine: DuckDB may open the file and a temporary folder.
"""
