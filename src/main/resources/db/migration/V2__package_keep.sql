-- keep: which attributes beside the usual ones the package keeps, as words joined by commas; empty for the usual ones.
ALTER TABLE package ADD COLUMN keep TEXT NOT NULL DEFAULT '';
