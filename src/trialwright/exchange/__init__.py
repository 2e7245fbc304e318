"""Exchange: data sets that somebody else made, read as they are meant, with a note of every value that was changed.

Lives here: one file for each format (transport files of SAS, Dataset-JSON with its line and compressed forms, CSV,
Parquet), the rules by which numbers, dates and text are made sense of (`coerce`), the small file that says where names
differ (`mapping`), and `package`, which reads a folder. A reader answers a `Table`: what stood in the file, column by
column; nothing is guessed there. May import: analysis and everything below; not the report and not the ledger.
Libraries of formats are imported when a file of theirs is read. To add a format: one file with one function from a path
(and the columns wanted) to a `Table`, and one line in `package`.
"""
