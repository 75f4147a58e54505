-- name: firing
-- Alerts that fire.
SELECT alert_id, key, rule, check_type, feed, state, level, since, fired, resolved, reason, figures, subject,
       message, opened_at, shadow
FROM biaochi.alert WHERE state = 'firing';

-- name: numbered
-- How many alerts were numbered on a day of issue.
SELECT count(*) FROM biaochi.alert WHERE alert_id LIKE %(prefix)s || '%%';

-- name: open
-- New episodes; `resolved` where one is told of only after its end.
INSERT INTO biaochi.alert (alert_id, key, rule, check_type, node_id, feed, period_start, labels, state, level, since,
                           fired, resolved, reason, figures, subject, message, opened_at, shadow)
SELECT alert_id, key, rule, check_type, node_id, feed, period_start, labels,
       CASE WHEN resolved IS NULL THEN 'firing' ELSE 'resolved' END, level, since, fired, resolved, reason, figures,
       subject, message, opened_at, shadow
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    alert_id text, key text, rule text, check_type text, node_id int, feed text, period_start date,
    labels jsonb, level smallint, since date, fired date, resolved date, reason text, figures jsonb, subject text,
    message text, opened_at timestamptz, shadow boolean
);

-- name: move
-- What alerts are after a day.
UPDATE biaochi.alert a SET state = n.state, level = n.level, since = n.since, resolved = n.resolved,
    reason = n.reason, figures = n.figures, subject = n.subject, message = n.message
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (
    alert_id text, state text, level smallint, since date, resolved date, reason text, figures jsonb,
    subject text, message text
)
WHERE a.alert_id = n.alert_id;

-- name: never_were
-- Alerts lived and resolved that, as the clocks have it now, fired on none of their days. What is said about the
-- reports themselves is exempt: a report that was overdue, or wrong, stays so when it comes or is corrected.
SELECT a.alert_id, a.key, a.rule, a.check_type, a.feed, a.state, a.level, a.since, a.fired, a.resolved, a.reason,
       a.figures, a.subject, a.message, a.opened_at, a.shadow
FROM biaochi.alert a
WHERE a.state = 'resolved' AND a.overturned IS NULL AND a.resolved >= %(first)s
  AND a.check_type <> ALL (%(exempt)s::text[])
  AND NOT EXISTS (SELECT FROM biaochi.alert_clock c WHERE c.key = a.key AND c.level > 0
                  AND c.as_of BETWEEN a.fired AND greatest(a.fired, a.resolved - 1))
ORDER BY a.alert_id;

-- name: overturn
-- It turned out that these alerts never were.
UPDATE biaochi.alert SET overturned = %(as_of)s WHERE alert_id = ANY (%(alert_id)s::text[]);

-- name: unlived
-- Which of these episodes no alert tells of: none of its key, not overturned, fired on any of their days.
SELECT e.place FROM unnest(%(key)s::text[], %(fired)s::date[], %(resolved)s::date[])
    WITH ORDINALITY AS e (key, fired, resolved, place)
WHERE NOT EXISTS (SELECT FROM biaochi.alert a WHERE a.key = e.key AND a.overturned IS NULL AND a.fired < e.resolved
                  AND greatest(a.fired, coalesce(a.resolved - 1, 'infinity')) >= e.fired)
ORDER BY e.place;

-- name: add_summary
-- One message in place of many.
INSERT INTO biaochi.summary (at, first_day, last_day, reason, cause, opened, ended, changed, past, overturned, events,
                             subject, message)
VALUES (%(at)s, %(first_day)s, %(last_day)s, %(reason)s, %(cause)s, %(opened)s, %(ended)s, %(changed)s, %(past)s,
        %(overturned)s, %(events)s, %(subject)s, %(message)s)
RETURNING summary_id;

-- name: add_events
-- Things that happened to alerts; they are numbered in the order given.
WITH added AS (
    INSERT INTO biaochi.alert_event (alert_id, as_of, at, kind, reason, level, retroactive, cause, figures, subject,
                                     message, known_at, catalog_version, rules_version)
    SELECT alert_id, as_of, at, kind, reason, level, retroactive, cause, figures, subject, message, known_at,
           catalog_version, rules_version
    FROM ROWS FROM (jsonb_to_recordset(%(rows)s::jsonb) AS (
        alert_id text, as_of date, at timestamptz, kind text, reason text, level smallint,
        retroactive boolean, cause jsonb, figures jsonb, subject text, message text, known_at timestamptz, catalog_version int,
        rules_version int
    )) WITH ORDINALITY AS n (
        alert_id, as_of, at, kind, reason, level, retroactive, cause, figures, subject, message, known_at,
        catalog_version, rules_version, place
    )
    ORDER BY n.place
    RETURNING event_id
)
SELECT event_id FROM added ORDER BY event_id;

-- name: list_all
-- Alerts, the latest opened first.
SELECT a.alert_id, a.rule, a.check_type, coalesce(i.code, '') AS indicator, coalesce(g.code, '') AS region,
       coalesce(n.scope, '') AS scope, a.feed, a.period_start, a.labels, a.state, a.level, a.since, a.fired,
       a.resolved, a.overturned, a.reason, a.figures, a.subject, a.message, a.opened_at, a.shadow
FROM biaochi.alert a LEFT JOIN biaochi.node n USING (node_id)
LEFT JOIN biaochi.indicator i USING (indicator_id) LEFT JOIN biaochi.region g USING (region_id)
WHERE (%(state)s::text IS NULL OR a.state = %(state)s)
  AND (%(alert_id)s::text IS NULL OR a.alert_id = %(alert_id)s)
  AND (%(shadow)s::boolean IS NULL OR a.shadow = %(shadow)s)
  AND (%(before)s::timestamptz IS NULL OR (a.opened_at, a.alert_id) < (%(before)s, %(before_id)s))
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT %(limit)s;

-- name: events
-- What happened to an alert, in order.
SELECT event_id, as_of, at, kind, reason, level, retroactive, cause, figures, subject, message, known_at,
       catalog_version, rules_version
FROM biaochi.alert_event WHERE alert_id = %(alert_id)s ORDER BY event_id;

-- name: notifications
-- Messages, in order, with how often each was tried.
SELECT n.notification_id, e.alert_id, n.event_id, n.summary_id, n.reminder_id, n.channel, n.subject, n.text, n.state,
       n.attempts, n.created_at, n.finished_at, n.last_error
FROM biaochi.notification n LEFT JOIN biaochi.alert_event e USING (event_id)
WHERE n.notification_id > %(after)s ORDER BY n.notification_id LIMIT %(limit)s;
