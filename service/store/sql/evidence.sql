-- name: panel
-- Readings of some spans as they were known at an instant, packed for numpy: series, days since the first, figure.
SELECT string_agg(int4send(series_id) || int4send(day - %(origin)s::date) || float8send(value), NULL)
FROM biaochi.readings_known_at(%(series)s::int[], %(first)s::date[], %(last)s::date[], %(known_at)s)
WHERE value IS NOT NULL;

-- name: readings
-- A page of the readings of some spans as they were known at an instant, newest day first, and how many there are.
WITH known AS MATERIALIZED (
    SELECT * FROM biaochi.readings_known_at(%(series)s::int[], %(first)s::date[], %(last)s::date[], %(known_at)s)
)
SELECT series_id, day, value, revision, figure, unit, note, submission_id, (SELECT count(*) FROM known)
FROM known
WHERE %(after_day)s::date IS NULL OR (day, series_id) < (%(after_day)s, %(after_series)s)
ORDER BY day DESC, series_id DESC LIMIT %(limit)s;

-- name: submissions
-- The submissions those readings came with, newest first; of each how many, and of which days.
WITH by_submission AS (
    SELECT submission_id, count(*) AS readings, min(day) AS first_day, max(day) AS last_day
    FROM biaochi.readings_known_at(%(series)s::int[], %(first)s::date[], %(last)s::date[], %(known_at)s)
    GROUP BY submission_id
)
SELECT s.submission_id, s.feed, s.format, s.rows, s.note, s.received_at, s.recorded_at, b.readings, b.first_day,
       b.last_day, count(*) OVER ()
FROM by_submission b JOIN biaochi.submission s USING (submission_id)
ORDER BY s.recorded_at DESC LIMIT %(limit)s;

-- name: changes
-- What changed in some spans, newest first: values replaced by an instant, or (later) everything that came after it.
WITH touched AS (
    SELECT r.series_id, r.day
    FROM unnest(%(series)s::int[], %(first)s::date[], %(last)s::date[]) AS w (series_id, first, last)
    JOIN biaochi.reading r ON r.series_id = w.series_id AND r.day BETWEEN w.first AND w.last
    JOIN biaochi.submission s USING (submission_id)
    WHERE r.revision > 1 OR s.recorded_at > %(known_at)s
), versions AS (
    SELECT r.series_id, r.day, r.value, r.revision, r.submission_id
    FROM touched JOIN biaochi.reading r USING (series_id, day)
    UNION ALL
    SELECT v.series_id, v.day, v.value, v.revision, v.submission_id
    FROM touched JOIN biaochi.reading_revision v USING (series_id, day)
), changes AS (
    SELECT v.*, s.feed, s.recorded_at, lag(v.value) OVER (PARTITION BY v.series_id, v.day ORDER BY v.revision) AS before
    FROM versions v JOIN biaochi.submission s USING (submission_id)
)
SELECT series_id, day, revision, before, value, submission_id, feed, recorded_at, count(*) OVER ()
FROM changes
WHERE (recorded_at > %(known_at)s) = %(later)s AND (revision > 1 OR %(later)s)
ORDER BY recorded_at DESC, day DESC, series_id, revision DESC LIMIT %(limit)s;
