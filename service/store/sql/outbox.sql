-- name: enqueue
-- Messages to send. An event, a summary or a reminder goes out once per channel, however often it is written.
INSERT INTO biaochi.notification (event_id, summary_id, reminder_id, channel, subject, text, state, created_at, due_at)
SELECT n.event_id, n.summary_id, n.reminder_id, n.channel, n.subject, n.text, 'queued', n.created_at, n.due_at
FROM unnest(%(event_id)s::bigint[], %(summary_id)s::bigint[], %(reminder_id)s::bigint[], %(channel)s::text[],
            %(subject)s::text[], %(text)s::text[], %(created_at)s::timestamptz[], %(due_at)s::timestamptz[])
     WITH ORDINALITY AS n (event_id, summary_id, reminder_id, channel, subject, text, created_at, due_at, place)
ORDER BY n.place
ON CONFLICT DO NOTHING;

-- name: lease_due
-- Take the oldest due messages of a channel, so that nobody else sends them until the lease ends.
-- Rows another sender is taking at this moment are passed over, not waited for.
WITH due AS (
    SELECT notification_id FROM biaochi.notification
    WHERE state = 'queued' AND channel = %(channel)s AND due_at <= %(now)s
      AND (leased_until IS NULL OR leased_until < %(now)s)
    ORDER BY notification_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE biaochi.notification n SET leased_until = %(leased_until)s, attempts = n.attempts + 1
    FROM due WHERE n.notification_id = due.notification_id
    RETURNING n.notification_id, n.channel, n.subject, n.text, n.attempts, n.created_at
)
SELECT notification_id, channel, subject, text, attempts, created_at,
       (SELECT min(a.at) FROM biaochi.notification_attempt a WHERE a.notification_id = leased.notification_id) AS tried_at
FROM leased ORDER BY notification_id;

-- name: record
-- What became of an attempt, in the message and in its log. Nothing is written where the message was
-- leased again meanwhile: then `attempts` has moved on, and the newer sender's word counts.
WITH done AS (
    UPDATE biaochi.notification
    SET state = %(state)s, due_at = coalesce(%(due_at)s::timestamptz, due_at), leased_until = NULL,
        finished_at = %(finished_at)s::timestamptz, last_error = %(error)s::text
    WHERE notification_id = %(notification_id)s AND attempts = %(attempt)s AND state = 'queued'
    RETURNING notification_id, attempts
)
INSERT INTO biaochi.notification_attempt (notification_id, attempt, at, result, answer)
SELECT notification_id, attempts, %(at)s, %(result)s, %(answer)s FROM done;

-- name: release
-- Give back messages that were leased and not tried: they are due as before, no attempt is counted.
UPDATE biaochi.notification n SET leased_until = NULL, attempts = n.attempts - 1
FROM unnest(%(notification_id)s::bigint[], %(attempt)s::int[]) AS mine (notification_id, attempt)
WHERE n.notification_id = mine.notification_id AND n.attempts = mine.attempt AND n.state = 'queued';

-- name: backlog
-- Messages not sent yet, by channel.
SELECT channel, count(*) FROM biaochi.notification WHERE state = 'queued' GROUP BY channel ORDER BY channel;
