-- name: span
-- First and last day of what is staged.
SELECT min(day), max(day) FROM pg_temp.staged;

-- name: changes
-- What staged rows would change in a span of days: how many days and readings, from which day to which.
SELECT count(DISTINCT s.day) AS days, count(DISTINCT (s.series_id, s.day)) AS readings, min(s.day) AS first,
       max(s.day) AS last
FROM pg_temp.staged s
LEFT JOIN biaochi.reading r ON r.series_id = s.series_id AND r.day = s.day AND r.day BETWEEN %(first)s AND %(last)s
WHERE s.day BETWEEN %(first)s AND %(last)s AND (r.series_id IS NULL OR r.value IS DISTINCT FROM s.value);

-- name: changing
-- The staged rows that would change a reading of a span of days, in order.
SELECT s.n, s.place, s.series_id, s.day, s.value, s.figure, s.unit, s.note
FROM pg_temp.staged s
LEFT JOIN biaochi.reading r ON r.series_id = s.series_id AND r.day = s.day AND r.day BETWEEN %(first)s AND %(last)s
WHERE s.day BETWEEN %(first)s AND %(last)s AND (r.series_id IS NULL OR r.value IS DISTINCT FROM s.value)
ORDER BY s.n
LIMIT %(limit)s;

-- name: sealed_through
-- The last day that is sealed, if any is.
SELECT through FROM biaochi.seal ORDER BY seal_id DESC LIMIT 1;

-- name: seal
-- One more seal; it is the one that counts.
INSERT INTO biaochi.seal (through, note, by, at) VALUES (%(through)s, %(note)s, %(by)s, %(at)s)
RETURNING seal_id, through, note, by, at, true AS in_force;

-- name: seals
-- Every seal, newest first.
SELECT seal_id, through, note, by, at, in_force FROM report.seals ORDER BY seal_id DESC;

-- name: stage_written
-- The readings a submission wrote, whatever became of them since.
INSERT INTO pg_temp.staged (n, place, series_id, day)
SELECT row_number() OVER (ORDER BY series_id, day), '', series_id, day
FROM (SELECT r.series_id, r.day FROM biaochi.reading r
      WHERE r.submission_id = %(submission_id)s AND r.day BETWEEN %(first)s AND %(last)s
      UNION
      SELECT v.series_id, v.day FROM biaochi.reading_revision v
      WHERE v.submission_id = %(submission_id)s AND v.day BETWEEN %(first)s AND %(last)s) written;

-- name: hold_staged
-- Nobody else changes these readings until the end of the transaction. Locked in the order of a merge.
SELECT count(*) FROM (
    SELECT FROM biaochi.reading r JOIN pg_temp.staged s USING (series_id, day)
    WHERE r.day BETWEEN %(first)s AND %(last)s
    ORDER BY r.series_id, r.day FOR NO KEY UPDATE OF r
) held;

-- name: stage_without
-- What staged readings come to without a submission: the newest of their values whose own submission was not taken
-- back, or nothing. What a withdrawal wrote is such an older value, and no value of its own.
WITH version AS MATERIALIZED (
    SELECT r.series_id, r.day, r.revision, r.value, r.figure, r.unit, r.note, r.submission_id
    FROM biaochi.reading r JOIN pg_temp.staged USING (series_id, day)
    WHERE r.day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT v.series_id, v.day, v.revision, v.value, v.figure, v.unit, v.note, v.submission_id
    FROM biaochi.reading_revision v JOIN pg_temp.staged USING (series_id, day)
    WHERE v.day BETWEEN %(first)s AND %(last)s
), gone AS MATERIALIZED (
    SELECT s.submission_id
    FROM (SELECT DISTINCT submission_id FROM version) v JOIN biaochi.submission s USING (submission_id)
    WHERE s.submission_id = %(submission_id)s OR s.withdraws IS NOT NULL
       OR EXISTS (SELECT FROM biaochi.submission w WHERE w.withdraws = s.submission_id AND w.state = 'accepted')
), stands AS (
    SELECT DISTINCT ON (series_id, day) series_id, day, value, figure, unit, note
    FROM version WHERE submission_id NOT IN (SELECT submission_id FROM gone)
    ORDER BY series_id, day, revision DESC
)
UPDATE pg_temp.staged t SET value = stands.value, figure = stands.figure, unit = stands.unit, note = stands.note
FROM stands WHERE (t.series_id, t.day) = (stands.series_id, stands.day);
