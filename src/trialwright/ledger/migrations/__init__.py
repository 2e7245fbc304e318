"""Versions of the ledger's tables, oldest first. A file here is never edited after its release."""
