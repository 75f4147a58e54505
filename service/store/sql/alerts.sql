-- name: firing
-- Alerts that fire.
SELECT alert_id, key, rule, check_type, feed, state, level, since, fired, resolved, reason, figures, subject,
       message, opened_at, shadow
FROM biaochi.alert WHERE state = 'firing';

-- name: next_number
-- How many alerts were numbered on a day of issue.
SELECT count(*) FROM biaochi.alert WHERE alert_id LIKE %(prefix)s || '%%';

-- name: open
-- A new episode; `resolved` where it is told of only after its end.
INSERT INTO biaochi.alert (alert_id, key, rule, check_type, node_id, feed, period_start, labels, state, level, since,
                           fired, resolved, reason, figures, subject, message, opened_at, shadow)
VALUES (%(alert_id)s, %(key)s, %(rule)s, %(check_type)s, %(node_id)s, %(feed)s, %(period_start)s, %(labels)s,
        CASE WHEN %(resolved)s::date IS NULL THEN 'firing' ELSE 'resolved' END, %(level)s, %(since)s, %(fired)s,
        %(resolved)s, %(reason)s, %(figures)s, %(subject)s, %(message)s, %(at)s, %(shadow)s);

-- name: update
-- What an alert is after a day.
UPDATE biaochi.alert SET state = %(state)s, level = %(level)s, since = %(since)s,
    resolved = %(resolved)s, reason = %(reason)s, figures = %(figures)s, subject = %(subject)s,
    message = %(message)s
WHERE alert_id = %(alert_id)s;

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
-- It turned out that the alert never was.
UPDATE biaochi.alert SET overturned = %(as_of)s WHERE alert_id = %(alert_id)s;

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

-- name: add_event
-- Something happened to an alert.
INSERT INTO biaochi.alert_event (alert_id, as_of, at, kind, reason, level, retroactive, cause, figures, subject, message,
                                 known_at, catalog_version, rules_version)
VALUES (%(alert_id)s, %(as_of)s, %(at)s, %(kind)s, %(reason)s, %(level)s, %(retroactive)s, %(cause)s, %(figures)s,
        %(subject)s, %(message)s, %(known_at)s, %(catalog_version)s, %(rules_version)s)
RETURNING event_id;

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
SELECT n.notification_id, e.alert_id, n.event_id, n.summary_id, n.channel, n.subject, n.text, n.state, n.attempts,
       n.created_at, n.finished_at, n.last_error
FROM biaochi.notification n LEFT JOIN biaochi.alert_event e USING (event_id)
WHERE n.notification_id > %(after)s ORDER BY n.notification_id LIMIT %(limit)s;
