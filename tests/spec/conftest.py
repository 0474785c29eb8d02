"""The helpers beside this file can be imported from the folders below it because it is here."""
