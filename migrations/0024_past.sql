-- What changes the past: how many closed days a submission changed, seals (封账), and submissions taken back (撤回).

ALTER TABLE biaochi.submission
    ADD COLUMN closed_days integer NOT NULL DEFAULT 0,      -- days that were closed already and whose figures it changed
    ADD COLUMN withdraws text REFERENCES biaochi.submission;
-- A submission is taken back once.
CREATE UNIQUE INDEX submission_withdraws ON biaochi.submission (withdraws) WHERE state = 'accepted';

-- The submission that takes another back.
CREATE FUNCTION biaochi.withdrawn_by(text) RETURNS text LANGUAGE sql STABLE
    RETURN (SELECT submission_id FROM biaochi.submission WHERE withdraws = $1 AND state = 'accepted');

-- 封账, append-only: the newest counts. No feed changes what a day up to it says.
CREATE TABLE biaochi.seal (
    seal_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    through date        NOT NULL,
    note    text        NOT NULL CHECK (note ~ '\S'),
    by      text        NOT NULL,             -- a token's id, or `cli`
    at      timestamptz NOT NULL
);

CREATE VIEW report.seals AS
SELECT s.seal_id, s.through, s.note, s.by, s.at,
       NOT EXISTS (SELECT FROM biaochi.seal later WHERE later.seal_id > s.seal_id) AS in_force
FROM biaochi.seal s;
COMMENT ON VIEW report.seals IS '封账记录，以最新一条为准 | Seals: the newest one counts';
COMMENT ON COLUMN report.seals.through IS '封至该日（含） | last day that is sealed';
COMMENT ON COLUMN report.seals.by IS '令牌编号，或 cli | id of the token, or cli';
COMMENT ON COLUMN report.seals.in_force IS '是否现行 | whether it is the one that counts';

CREATE OR REPLACE VIEW report.submissions AS
SELECT s.submission_id, s.feed, s.state, s.format, s.rows, s.accepted, s.unchanged, s.revised, s.rejected, s.note,
       s.received_at, s.recorded_at, s.restatement, s.closed_days, s.withdraws,
       w.submission_id AS withdrawn_by, w.recorded_at AS withdrawn_at
FROM biaochi.submission s
LEFT JOIN biaochi.submission w ON w.withdraws = s.submission_id AND w.state = 'accepted';
COMMENT ON COLUMN report.submissions.closed_days IS
    '影响的已评估日期数 | days that were closed already and whose figures it changed';
COMMENT ON COLUMN report.submissions.withdraws IS '所撤回的报送 | the submission it takes back';
COMMENT ON COLUMN report.submissions.withdrawn_by IS '被哪一报送撤回，空为未撤回 | the submission that took it back';
COMMENT ON COLUMN report.submissions.withdrawn_at IS '撤回时间 | when it was taken back';
GRANT SELECT ON report.seals, report.submissions TO biaochi_reader;
