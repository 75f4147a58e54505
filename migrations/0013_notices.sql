-- What the sender of a body should know of how it was read, though nothing is wrong (hidden rows, totals, blanks):
-- code, place, text and a sentence in each language, like a fault.

ALTER TABLE biaochi.submission ADD COLUMN notices jsonb NOT NULL DEFAULT '[]';
