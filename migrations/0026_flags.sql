-- 存疑待核实: readings that are stored, and that somebody should look at again.

-- What is doubtful of readings as they stand: a figure out of the usual (implausible), a sum that fell (fall).
-- Small, as doubts are few; worked out anew whenever a reading or the report before it changes.
CREATE TABLE biaochi.reading_flag (
    series_id integer NOT NULL,
    day       date    NOT NULL,
    code      text    NOT NULL CHECK (code IN ('implausible', 'fall')),
    PRIMARY KEY (series_id, day, code)
);

-- Readings it stored that were doubtful when it did.
ALTER TABLE biaochi.submission ADD COLUMN flagged integer NOT NULL DEFAULT 0;

-- A submission as it is on record, with who took it back and whose the reviewing token is.
CREATE VIEW biaochi.submission_record AS
SELECT s.*, biaochi.withdrawn_by(s.submission_id) AS withdrawn_by, biaochi.token_note(s.reviewed_by) AS reviewer
FROM biaochi.submission s;

CREATE VIEW report.reading_flags AS
SELECT f.day, i.code AS indicator, i.name AS indicator_name, g.code AS region, g.name AS region_name, n.scope, s.source,
       f.code AS flag, r.value, i.unit_zh AS unit, r.revision, r.submission_id
FROM biaochi.reading_flag f
JOIN biaochi.reading r USING (series_id, day)
JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id);
COMMENT ON VIEW report.reading_flags IS '存疑待核实的数据，已入库 | Readings that are stored and doubtful';
COMMENT ON COLUMN report.reading_flags.flag IS
    'implausible 超出通常范围、fall 累计数减少 | implausible: out of the usual; fall: a sum that fell';
GRANT SELECT ON report.reading_flags TO biaochi_reader;

CREATE OR REPLACE VIEW report.submissions AS
SELECT s.submission_id, s.feed, s.state, s.format, s.rows, s.accepted, s.unchanged, s.revised, s.rejected, s.note,
       s.received_at, s.recorded_at, s.restatement, s.closed_days, s.withdraws, w.submission_id AS withdrawn_by,
       w.recorded_at AS withdrawn_at, s.reviewed_at, s.review_note, s.mode, s.flagged
FROM biaochi.submission s
LEFT JOIN biaochi.submission w ON w.withdraws = s.submission_id AND w.state = 'accepted';
COMMENT ON COLUMN report.submissions.mode IS
    '入库方式：atomic 整批、partial 无误的入库 | atomic: all or nothing; partial: its sound rows';
COMMENT ON COLUMN report.submissions.flagged IS
    '入库时存疑待核实的行数 | rows that were doubtful when they were stored';
