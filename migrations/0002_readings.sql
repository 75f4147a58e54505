-- Readings, their revisions and the submissions that brought them.
-- A reading is the value now; what it replaced moves to reading_revision, for ever. What was known
-- at an instant is told by submission.recorded_at, which is given out in commit order.

CREATE TABLE biaochi.submission (
    submission_id   text        PRIMARY KEY,
    feed            text        NOT NULL REFERENCES biaochi.feed (code),
    token_id        text        NOT NULL REFERENCES biaochi.token,
    idempotency_key text,
    content_sha256  bytea       NOT NULL,
    state           text        NOT NULL CHECK (state IN ('accepted', 'rejected')),
    format          text        NOT NULL,
    note            text        NOT NULL DEFAULT '',
    rows            integer     NOT NULL,
    accepted        integer     NOT NULL DEFAULT 0,
    unchanged       integer     NOT NULL DEFAULT 0,
    revised         integer     NOT NULL DEFAULT 0,
    rejected        integer     NOT NULL DEFAULT 0,
    first_day       date,                  -- span of the days whose figures it changed
    last_day        date,
    faults          jsonb       NOT NULL DEFAULT '[]',
    received_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    CHECK (accepted + unchanged + revised + rejected = rows OR rows = 0)
);
-- The same body, or the same key, is accepted once per feed, whichever of its tokens brings it.
CREATE UNIQUE INDEX submission_content ON biaochi.submission (feed, content_sha256) WHERE state = 'accepted';
CREATE UNIQUE INDEX submission_key ON biaochi.submission (feed, idempotency_key)
    WHERE state = 'accepted' AND idempotency_key IS NOT NULL;
CREATE INDEX submission_recorded ON biaochi.submission (recorded_at);

-- value is in the indicator's unit, NULL where the reading was taken back (撤回);
-- figure and unit are as reported where they differ from that.
CREATE TABLE biaochi.reading (
    series_id     integer NOT NULL,      -- of biaochi.series; unchecked, as a check per row costs a third of ingest
    day           date    NOT NULL,
    value         double precision,
    revision      integer NOT NULL DEFAULT 1,
    figure        text,
    unit          text,
    note          text,
    submission_id text    NOT NULL,
    PRIMARY KEY (series_id, day)
);
SELECT create_hypertable('biaochi.reading', by_range('day', INTERVAL '3 months'), create_default_indexes => false);

CREATE TABLE biaochi.reading_revision (
    series_id     integer NOT NULL,
    day           date    NOT NULL,
    value         double precision,
    revision      integer NOT NULL,
    figure        text,
    unit          text,
    note          text,
    submission_id text    NOT NULL,
    PRIMARY KEY (series_id, day, revision)
);
SELECT create_hypertable('biaochi.reading_revision', by_range('day', INTERVAL '3 months'),
                         create_default_indexes => false);

-- No writer can bypass this: whatever replaces a reading keeps what it replaced.
CREATE FUNCTION biaochi.keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO biaochi.reading_revision (series_id, day, value, revision, figure, unit, note, submission_id)
    SELECT series_id, day, value, revision, figure, unit, note, submission_id FROM replaced;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_revision AFTER UPDATE ON biaochi.reading
    REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION biaochi.keep_revision();

CREATE FUNCTION biaochi.refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'readings are never deleted: post null to take one back';
END $$;
CREATE TRIGGER refuse_deletion BEFORE DELETE ON biaochi.reading
    FOR EACH STATEMENT EXECUTE FUNCTION biaochi.refuse_deletion();
