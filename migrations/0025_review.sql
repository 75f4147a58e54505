-- 填报 → 审核 → 上报: a feed may require that a second person passes what was reported before it counts.

ALTER TABLE biaochi.token DROP CONSTRAINT token_role_check;
ALTER TABLE biaochi.token ADD CONSTRAINT token_role_check CHECK (role IN ('feed', 'reviewer', 'operator'));
ALTER TABLE biaochi.token DROP CONSTRAINT token_check;
ALTER TABLE biaochi.token ADD CONSTRAINT token_check CHECK ((role = 'operator') = (feed IS NULL));

-- Whose a token is, as whoever made it noted.
CREATE FUNCTION biaochi.token_note(text) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT note FROM biaochi.token WHERE token_id = $1);

-- A draft counts nowhere; its counts say what would have become of it when it came in.
ALTER TABLE biaochi.submission DROP CONSTRAINT submission_state_check;
ALTER TABLE biaochi.submission ADD CONSTRAINT submission_state_check
    CHECK (state IN ('draft', 'accepted', 'returned', 'rejected'));
ALTER TABLE biaochi.submission
    ADD COLUMN reviewed_by text REFERENCES biaochi.token,
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN review_note text NOT NULL DEFAULT '',
    ADD CONSTRAINT submission_reviewed CHECK ((reviewed_by IS NULL) = (reviewed_at IS NULL)),
    ADD CONSTRAINT submission_returned CHECK (state <> 'returned' OR reviewed_by IS NOT NULL),
    ADD CONSTRAINT submission_second_person CHECK (reviewed_by <> token_id);

-- A body that waits is recognised like one that was accepted; one that was returned may be sent again.
DROP INDEX biaochi.submission_content;
CREATE UNIQUE INDEX submission_content ON biaochi.submission (feed, content_sha256)
    WHERE state IN ('draft', 'accepted');
DROP INDEX biaochi.submission_key;
CREATE UNIQUE INDEX submission_key ON biaochi.submission (feed, idempotency_key)
    WHERE state IN ('draft', 'accepted') AND idempotency_key IS NOT NULL;
CREATE INDEX submission_draft ON biaochi.submission (feed, recorded_at) WHERE state = 'draft';

-- The readings of drafts, as they were staged; kept for ever, as what was reported is.
CREATE TABLE biaochi.draft_reading (
    submission_id text    NOT NULL REFERENCES biaochi.submission,
    n             integer NOT NULL,
    place         text    NOT NULL,
    series_id     integer NOT NULL,
    day           date    NOT NULL,
    value         double precision,
    figure        text,
    unit          text,
    note          text,
    PRIMARY KEY (submission_id, n)
);

CREATE OR REPLACE VIEW report.submissions AS
SELECT s.submission_id, s.feed, s.state, s.format, s.rows, s.accepted, s.unchanged, s.revised, s.rejected, s.note,
       s.received_at, s.recorded_at, s.restatement, s.closed_days, s.withdraws, w.submission_id AS withdrawn_by,
       w.recorded_at AS withdrawn_at, s.reviewed_at, s.review_note
FROM biaochi.submission s
LEFT JOIN biaochi.submission w ON w.withdraws = s.submission_id AND w.state = 'accepted';
COMMENT ON COLUMN report.submissions.state IS
    '状态：draft 待审核、accepted 已入库、returned 审核退回、rejected 未入库 | draft: waits for review and counts nowhere';
COMMENT ON COLUMN report.submissions.reviewed_at IS '审核时间 | when a second person passed or returned it';
COMMENT ON COLUMN report.submissions.review_note IS '审核意见 | what the reviewer said';
GRANT SELECT ON report.submissions TO biaochi_reader;
