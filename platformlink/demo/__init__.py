"""
The demonstration: an invented authority, its people, and half a year of their work.

Everything is made by the same actions that people use, at the instants at which it is
said to have happened; nothing is written past them. All names are invented. Letters
bear the demonstration's own seal and mark, and mail lands in a folder.
"""
