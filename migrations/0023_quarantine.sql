-- 退回待改: which reading a broken row is about, where that is certain, so that a sound report of it settles the row;
-- and what people see of it.

ALTER TABLE biaochi.quarantine
    ADD COLUMN series_id integer,                   -- unchecked, as in readings
    ADD COLUMN day date,
    ADD CHECK ((series_id IS NULL) = (day IS NULL));
CREATE INDEX quarantine_about ON biaochi.quarantine (series_id, day) WHERE state = 'open' AND series_id IS NOT NULL;
CREATE INDEX quarantine_released_as ON biaochi.quarantine (released_as) WHERE released_as IS NOT NULL;

CREATE VIEW report.quarantine AS
SELECT q.quarantine_id, s.feed, f.name AS feed_name, q.submission_id, s.received_at, q.place, q.said ->> 'day' AS day,
       q.said ->> 'indicator' AS indicator, q.said ->> 'region' AS region, q.said ->> 'scope' AS scope,
       q.said ->> 'value' AS value, q.said ->> 'unit' AS unit, q.said ->> 'note' AS note, q.said,
       (SELECT string_agg(fault ->> 'zh', ' ' ORDER BY n)
        FROM jsonb_array_elements(q.faults) WITH ORDINALITY AS told (fault, n)) AS faults,
       q.state, (CASE q.state WHEN 'open' THEN '退回待改' WHEN 'released' THEN '已更正入库' ELSE '已作废' END) AS state_zh,
       q.reason, q.settled_by, q.settled_at, q.released_as
FROM biaochi.quarantine q
JOIN biaochi.submission s USING (submission_id)
JOIN biaochi.feed f ON f.code = s.feed;
COMMENT ON VIEW report.quarantine IS
    '退回待改：部分入库的报送中未入库的行及其处理 | Quarantine: rows of partial submissions that were not stored, and what became of them';
COMMENT ON COLUMN report.quarantine.place IS '原文件中的位置 | where the row stood in the body';
COMMENT ON COLUMN report.quarantine.day IS '日期，原文 | day as it was said; so are indicator, region, scope, value, unit and note';
COMMENT ON COLUMN report.quarantine.faults IS '退回原因 | what is wrong with the row';
COMMENT ON COLUMN report.quarantine.reason IS '更正内容或作废理由 | what was corrected, or why it was dismissed';
COMMENT ON COLUMN report.quarantine.released_as IS '更正后入库的报送 | the submission its corrected row was stored by';
GRANT SELECT ON report.quarantine TO biaochi_reader;
