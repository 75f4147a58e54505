-- name: create
-- Rows of one body on their way in; seen by this transaction only, and gone with it.
CREATE TEMPORARY TABLE IF NOT EXISTS staged (
    n         integer          NOT NULL,      -- the order they came in
    place     text             NOT NULL,      -- where they stand in the body
    series_id integer          NOT NULL,
    day       date             NOT NULL,
    value     double precision,
    figure    text,
    unit      text,
    note      text
) ON COMMIT DELETE ROWS;

-- name: copy
-- Take rows in.
COPY pg_temp.staged (n, place, series_id, day, value, figure, unit, note) FROM STDIN (FORMAT binary);

-- name: take_time
-- For the rest of this transaction.
SELECT set_config('statement_timeout', %(timeout)s, true);

-- name: analyze
-- Nobody else does: autovacuum sees no temporary table.
ANALYZE pg_temp.staged;

-- name: contradictions
-- Rows that tell another value for a series and day than some other row does, together.
SELECT n, place, series_id, day, value, figure, unit, note
FROM pg_temp.staged
WHERE (series_id, day) IN (SELECT series_id, day FROM pg_temp.staged GROUP BY series_id, day
                           HAVING min(coalesce(value, 'NaN')) <> max(coalesce(value, 'NaN')))
ORDER BY series_id, day, n
LIMIT %(limit)s;

-- name: drop
-- Leave rows out.
DELETE FROM pg_temp.staged WHERE n = ANY (%(rows)s);

-- name: places
-- Where the first rows stand.
SELECT place FROM pg_temp.staged ORDER BY n LIMIT %(limit)s;

-- name: load_draft
-- A draft's readings, as they were staged when it came in.
INSERT INTO pg_temp.staged (n, place, series_id, day, value, figure, unit, note)
SELECT n, place, series_id, day, value, figure, unit, note
FROM biaochi.draft_reading WHERE submission_id = %(submission_id)s;

-- name: series
-- The series that are staged.
SELECT DISTINCT series_id FROM pg_temp.staged;
