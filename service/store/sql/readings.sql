-- name: known_at
-- What this snapshot knows: every submission recorded by this instant is in it.
SELECT max(recorded_at) FROM biaochi.submission;

-- name: panel
-- Readings of a span of days as one value, packed for numpy: series, days since the first, figure.
SELECT string_agg(int4send(series_id) || int4send(day - %(first)s::date) || float8send(value), NULL)
FROM biaochi.reading
WHERE day >= %(first)s AND day <= %(last)s AND value IS NOT NULL;

-- name: panel_known_at
-- The same as it was known at an instant: of every reading, the value that stood then.
SELECT string_agg(int4send(series_id) || int4send(day - %(first)s::date) || float8send(value), NULL)
FROM biaochi.reading_version
WHERE day >= %(first)s AND day <= %(last)s AND value IS NOT NULL
  AND recorded_at <= %(known_at)s AND (replaced_at IS NULL OR replaced_at > %(known_at)s);

-- name: changes_since
-- Spans of days whose figures changed after an instant.
SELECT first_day, last_day FROM biaochi.submission
WHERE recorded_at > %(since)s AND state = 'accepted' AND first_day IS NOT NULL;

-- name: changed
-- Readings of a span of days that were recorded after an instant, packed like a panel; not a number where taken back.
-- A reading carries the submission that told it last, and what came before it was recorded before it.
SELECT string_agg(int4send(r.series_id) || int4send(r.day - %(first)s::date) || float8send(coalesce(r.value, 'NaN')), NULL)
FROM biaochi.reading r JOIN biaochi.submission s USING (submission_id)
WHERE r.day >= %(first)s AND r.day <= %(last)s AND s.recorded_at > %(since)s;

-- name: list_readings
-- Readings of a node's series, newest day first.
SELECT i.code, g.code, n.scope, s.source, r.day, r.value, r.revision, r.figure, r.unit, r.note, r.submission_id, r.series_id,
       ARRAY(SELECT f.code FROM biaochi.reading_flag f WHERE (f.series_id, f.day) = (r.series_id, r.day) ORDER BY f.code)
FROM biaochi.reading r
JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
WHERE r.day BETWEEN %(first)s AND %(last)s
  AND (%(indicator)s::text IS NULL OR i.code = %(indicator)s)
  AND (%(region)s::text IS NULL OR g.code = %(region)s)
  AND (%(scope)s::text IS NULL OR n.scope = %(scope)s)
  AND (%(flagged)s::bool IS NULL OR %(flagged)s = EXISTS (SELECT FROM biaochi.reading_flag f
                                                          WHERE (f.series_id, f.day) = (r.series_id, r.day)))
  AND (%(after_day)s::date IS NULL OR (r.day, r.series_id) < (%(after_day)s, %(after_series)s))
ORDER BY r.day DESC, r.series_id DESC
LIMIT %(limit)s;

-- name: last_reports
-- The last figure of each series up to a day of its year.
SELECT s.series_id, r.day, r.value
FROM unnest(%(series_id)s::int[]) AS s (series_id)
CROSS JOIN LATERAL (
    SELECT e.day, e.value FROM biaochi.reading e
    WHERE e.series_id = s.series_id AND e.day BETWEEN date_trunc('year', %(day)s::date)::date AND %(day)s::date
      AND e.value IS NOT NULL
    ORDER BY e.day DESC LIMIT 1) r;

-- name: reports
-- Readings of some report days as they stand, packed for numpy: series, position of the day, figure, and whether a
-- figure was known at the day's deadline, were it another one.
WITH due AS (
    SELECT d.day, d.deadline, d.place::int - 1 AS place
    FROM unnest(%(day)s::date[], %(deadline)s::timestamptz[]) WITH ORDINALITY AS d (day, deadline, place)
), corrected AS (
    -- What stood at the deadline, of readings that were corrected or taken back since: the last revision known by then.
    SELECT DISTINCT ON (v.series_id, v.day) v.series_id, v.day, v.value IS NOT NULL AS known
    FROM due JOIN biaochi.reading_revision v USING (day) JOIN biaochi.submission s USING (submission_id)
    WHERE v.day BETWEEN %(first)s AND %(last)s AND s.recorded_at <= due.deadline
    ORDER BY v.series_id, v.day, v.revision DESC
)
SELECT string_agg(int4send(r.series_id) || int4send(due.place) || float8send(r.value)
                  || boolsend(s.recorded_at <= due.deadline OR coalesce(c.known, false)), NULL)
FROM due JOIN biaochi.reading r USING (day)
JOIN biaochi.submission s USING (submission_id)
LEFT JOIN corrected c ON c.series_id = r.series_id AND c.day = r.day
WHERE r.day BETWEEN %(first)s AND %(last)s AND r.value IS NOT NULL;
