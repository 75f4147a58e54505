-- name: find_accepted
-- The submission with this key or this content that was accepted, or waits for review, if the feed has one: the key
-- first.
SELECT * FROM biaochi.submission_record
WHERE feed = %(feed)s AND state IN ('draft', 'accepted') AND (idempotency_key = %(key)s OR content_sha256 = %(sha256)s)
ORDER BY (idempotency_key = %(key)s) DESC NULLS LAST
LIMIT 1;

-- name: get
-- One submission.
SELECT * FROM biaochi.submission_record
WHERE submission_id = %(submission_id)s;

-- name: open
-- Claim the body: a second one with the same content or key waits here, then gets nothing.
INSERT INTO biaochi.submission (submission_id, feed, token_id, idempotency_key, content_sha256, state, format, note,
                                rows, unchanged, notices, restatement, mode, withdraws, received_at, recorded_at)
VALUES (%(submission_id)s, %(feed)s, %(token_id)s, %(key)s, %(sha256)s, 'accepted', %(format)s, %(note)s,
        %(rows)s, %(rows)s, %(notices)s, %(restatement)s, %(mode)s, %(withdraws)s, %(received_at)s, %(received_at)s)
ON CONFLICT DO NOTHING
RETURNING submission_id;

-- name: merge
-- What is staged goes in: new readings are inserted, different ones replace what is there, the same ones write nothing.
-- Of rows that say the same the first counts. Sorted, so that two submissions that meet lock in the same order.
WITH said AS (
    SELECT DISTINCT ON (series_id, day) series_id, day, value, figure, unit, note
    FROM pg_temp.staged ORDER BY series_id, day, n
), merged AS (
    INSERT INTO biaochi.reading AS r (series_id, day, value, figure, unit, note, submission_id)
    SELECT series_id, day, value, figure, unit, note, %(submission_id)s FROM said ORDER BY series_id, day
    ON CONFLICT (series_id, day) DO UPDATE
        SET value = EXCLUDED.value, revision = r.revision + 1, figure = EXCLUDED.figure, unit = EXCLUDED.unit,
            note = EXCLUDED.note, submission_id = EXCLUDED.submission_id
        WHERE r.value IS DISTINCT FROM EXCLUDED.value
    RETURNING r.day, r.revision
)
SELECT count(*) FILTER (WHERE revision = 1) AS accepted, count(*) FILTER (WHERE revision > 1) AS revised,
       min(day) AS first_day, max(day) AS last_day,
       count(DISTINCT day) FILTER (WHERE day BETWEEN %(judged_from)s AND %(closed_through)s) AS closed_days,
       count(*) FILTER (WHERE day BETWEEN %(judged_from)s AND %(confirmed_through)s) AS unconfirmed
FROM merged;

-- name: quarantine
-- Broken rows are kept until somebody corrects or dismisses them.
COPY biaochi.quarantine (quarantine_id, submission_id, position, place, said, faults, series_id, day) FROM STDIN;

-- name: replaced
-- Whether a merge replaced a figure; one that was taken back is none.
SELECT EXISTS (SELECT FROM pg_temp.staged JOIN biaochi.reading r USING (series_id, day)
               JOIN biaochi.reading_revision v ON (v.series_id, v.day, v.revision) = (r.series_id, r.day, r.revision - 1)
               WHERE r.submission_id = %(submission_id)s AND v.value IS NOT NULL);

-- name: lock_record
-- Held until commit, so that recorded_at is given out in the order of commits.
SELECT pg_advisory_xact_lock(2426246);

-- name: close
-- Record the outcome. recorded_at never goes back, whatever a replica's clock says: a draft that is passed gets a new one.
UPDATE biaochi.submission
SET state = %(state)s, accepted = %(accepted)s, unchanged = %(unchanged)s, revised = %(revised)s, rejected = %(rejected)s,
    faults = %(faults)s, first_day = %(first_day)s, last_day = %(last_day)s, closed_days = %(closed_days)s,
    flagged = %(flagged)s,
    notices = jsonb_path_query_array(notices, '$[*] ? (@.code != "implausible" && @.code != "fall")') || %(doubts)s,
    recorded_at = greatest(%(now)s, (SELECT max(recorded_at) FROM biaochi.submission
                                     WHERE submission_id <> %(submission_id)s OR state = 'draft') + interval '1 microsecond')
WHERE submission_id = %(submission_id)s;

-- name: keep_draft
-- What is staged waits for review.
INSERT INTO biaochi.draft_reading (submission_id, n, place, series_id, day, value, figure, unit, note)
SELECT %(submission_id)s, n, place, series_id, day, value, figure, unit, note FROM pg_temp.staged;

-- name: lock
-- Who decides on a submission holds it; of two at once the second finds it decided.
SELECT FROM biaochi.submission WHERE submission_id = %(submission_id)s FOR UPDATE;

-- name: passed
-- A second person passed a draft, which has just been stored.
UPDATE biaochi.submission SET reviewed_by = %(token_id)s, reviewed_at = %(now)s, review_note = %(note)s
WHERE submission_id = %(submission_id)s;

-- name: returned
-- A second person returned a draft: nothing of it counts, nor is it counted.
UPDATE biaochi.submission
SET state = 'returned', reviewed_by = %(token_id)s, reviewed_at = %(now)s, review_note = %(note)s,
    accepted = 0, unchanged = 0, revised = 0, rejected = rows, closed_days = 0, flagged = 0
WHERE submission_id = %(submission_id)s;

-- name: draft_readings
-- Readings that wait for review, in the order they were reported, beside what is stored now.
SELECT d.n, d.place, d.day, i.code, g.code, n.scope, d.value, d.figure, d.unit, d.note, r.value, r.series_id IS NOT NULL
FROM biaochi.draft_reading d
JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
LEFT JOIN biaochi.reading r ON r.series_id = d.series_id AND r.day = d.day
WHERE d.submission_id = %(submission_id)s AND d.n > %(after)s
ORDER BY d.n LIMIT %(limit)s;

-- name: reject
-- A body nothing of which was stored; it is recorded all the same.
INSERT INTO biaochi.submission (submission_id, feed, token_id, idempotency_key, content_sha256, state, format, note,
                                rows, rejected, faults, notices, restatement, mode, withdraws, received_at, recorded_at)
SELECT %(submission_id)s, %(feed)s, %(token_id)s, %(key)s, %(sha256)s, 'rejected', %(format)s, %(note)s, %(rows)s,
       %(rows)s, %(faults)s, %(notices)s, %(restatement)s, %(mode)s, %(withdraws)s, %(now)s,
       greatest(%(now)s, (SELECT max(recorded_at) FROM biaochi.submission) + interval '1 microsecond');

-- name: list_newest
-- Submissions, newest first, from before a moment.
SELECT * FROM biaochi.submission_record
WHERE (%(feed)s::text IS NULL OR feed = %(feed)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(before)s::timestamptz IS NULL OR recorded_at < %(before)s)
ORDER BY recorded_at DESC LIMIT %(limit)s;
