-- name: is_written
-- Whether somebody was reminded of a deadline.
SELECT EXISTS (SELECT FROM biaochi.reminder WHERE deadline = %(deadline)s);

-- name: add
-- A reminder, named by its deadline: whoever comes second gets nothing.
INSERT INTO biaochi.reminder (deadline, at, subject, message)
VALUES (%(deadline)s, %(at)s, %(subject)s, %(message)s)
ON CONFLICT (deadline) DO NOTHING
RETURNING reminder_id;

-- name: name_feeds
-- The feeds it names, and their report days.
INSERT INTO biaochi.reminder_feed (feed, day, reminder_id)
SELECT feed, day, %(reminder_id)s FROM unnest(%(feed)s::text[], %(day)s::date[]) AS n (feed, day)
ON CONFLICT DO NOTHING;

-- name: reminded
-- Feeds and report days of which somebody was reminded before.
SELECT feed, day FROM biaochi.reminder_feed WHERE day = ANY (%(day)s::date[]);
