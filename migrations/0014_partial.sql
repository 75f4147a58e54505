-- Partial submissions: sound rows are stored, broken ones kept in quarantine (退回待改) until somebody settles them.

ALTER TABLE biaochi.submission ADD COLUMN mode text NOT NULL DEFAULT 'atomic' CHECK (mode IN ('atomic', 'partial'));

CREATE TABLE biaochi.quarantine (
    quarantine_id text        COLLATE "C" PRIMARY KEY,
    submission_id text        NOT NULL REFERENCES biaochi.submission,
    position      integer     NOT NULL,             -- among the broken rows of its submission
    place         text        NOT NULL,             -- where it stood in the body
    said          jsonb       NOT NULL,             -- what it said, field by field, as far as it could be read
    faults        jsonb       NOT NULL,
    state         text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'dismissed')),
    reason        text        NOT NULL DEFAULT '',  -- why it was dismissed, or what was corrected
    settled_by    text        REFERENCES biaochi.token,
    settled_at    timestamptz,
    released_as   text        REFERENCES biaochi.submission,   -- the submission its corrected row was stored by
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CHECK ((state = 'released') = (released_as IS NOT NULL)),
    UNIQUE (submission_id, position)
);
CREATE INDEX quarantine_open ON biaochi.quarantine (submission_id, position) WHERE state = 'open';
