-- name: get
-- One row of the quarantine.
SELECT q.quarantine_id, q.submission_id, s.feed, s.received_at, s.recorded_at, q.position, q.place, q.said, q.faults,
       q.state, q.reason, q.settled_by, q.settled_at, q.released_as
FROM biaochi.quarantine q JOIN biaochi.submission s USING (submission_id)
WHERE q.quarantine_id = %(quarantine_id)s;

-- name: list_newest
-- Rows of the newest submissions first, each submission's in the order they were found broken; from after a place on.
SELECT q.quarantine_id, q.submission_id, s.feed, s.received_at, s.recorded_at, q.position, q.place, q.said, q.faults,
       q.state, q.reason, q.settled_by, q.settled_at, q.released_as
FROM biaochi.quarantine q JOIN biaochi.submission s USING (submission_id)
WHERE (%(state)s::text IS NULL OR q.state = %(state)s) AND (%(feed)s::text IS NULL OR s.feed = %(feed)s)
  AND (%(submission)s::text IS NULL OR q.submission_id = %(submission)s)
  AND (%(released_as)s::text IS NULL OR q.released_as = %(released_as)s)
  AND (%(at)s::timestamptz IS NULL OR s.recorded_at < %(at)s OR (s.recorded_at = %(at)s AND q.position > %(position)s))
ORDER BY s.recorded_at DESC, q.position LIMIT %(limit)s;

-- name: lock
-- Rows to be settled, held until the end of the transaction: those that are named, whatever became of them, and the open
-- ones of a submission that said just this. Sorted, so that two who settle the same rows lock them in the same order.
SELECT q.quarantine_id, q.submission_id, s.feed, s.received_at, s.recorded_at, q.position, q.place, q.said, q.faults,
       q.state, q.reason, q.settled_by, q.settled_at, q.released_as
FROM biaochi.quarantine q JOIN biaochi.submission s USING (submission_id)
WHERE (%(feed)s::text IS NULL OR s.feed = %(feed)s)
  AND (q.quarantine_id = ANY (%(ids)s)
       OR (q.submission_id = %(submission)s AND q.state = 'open'
           AND NOT EXISTS (SELECT FROM jsonb_each_text(%(said)s) w WHERE q.said ->> w.key IS DISTINCT FROM w.value)))
ORDER BY q.submission_id, q.position
FOR UPDATE OF q;

-- name: settle
-- Rows that are held are settled.
UPDATE biaochi.quarantine
SET state = %(state)s, reason = %(reason)s, settled_by = %(token_id)s, settled_at = %(at)s, released_as = %(released_as)s
WHERE quarantine_id = ANY (%(ids)s);

-- name: settle_reported
-- Open rows about a reading that is staged: their feed has reported it soundly by now. A row somebody else is just
-- settling is left to them.
UPDATE biaochi.quarantine q
SET state = 'released', reason = %(reason)s, settled_by = by.token_id, settled_at = %(at)s, released_as = by.submission_id
FROM biaochi.submission by
WHERE by.submission_id = %(submission_id)s AND q.quarantine_id IN (
    SELECT o.quarantine_id FROM biaochi.quarantine o JOIN biaochi.submission s USING (submission_id)
    WHERE o.state = 'open' AND s.feed = by.feed AND o.quarantine_id <> ALL (%(except)s)
      AND (o.series_id, o.day) IN (SELECT series_id, day FROM pg_temp.staged)
    FOR UPDATE OF o SKIP LOCKED)
RETURNING q.quarantine_id;

-- name: reopen
-- Rows that were released as a submission wait again.
UPDATE biaochi.quarantine
SET state = 'open', reason = '', settled_by = NULL, settled_at = NULL, released_as = NULL
WHERE released_as = %(submission_id)s;

-- name: add_notice
-- One more thing the sender of a submission should know.
UPDATE biaochi.submission SET notices = notices || %(notice)s WHERE submission_id = %(submission_id)s;

-- name: open_by_feed
-- How many rows wait, by feed.
SELECT s.feed, count(*) FROM biaochi.quarantine q JOIN biaochi.submission s USING (submission_id)
WHERE q.state = 'open' GROUP BY s.feed;
