-- name: firing
-- Alerts that fire.
SELECT alert_id, key, rule, check_type, feed, state, level, since, fired, resolved, reason, figures, subject,
       message, opened_at, shadow
FROM biaochi.alert WHERE state = 'firing';

-- name: next_number
-- How many alerts were numbered on a day of issue.
SELECT count(*) FROM biaochi.alert WHERE alert_id LIKE %(prefix)s || '%%';

-- name: open
-- A new episode.
INSERT INTO biaochi.alert (alert_id, key, rule, check_type, node_id, feed, period_start, labels, state, level, since,
                           fired, reason, figures, subject, message, opened_at, shadow)
VALUES (%(alert_id)s, %(key)s, %(rule)s, %(check_type)s, %(node_id)s, %(feed)s, %(period_start)s, %(labels)s, 'firing',
        %(level)s, %(since)s, %(as_of)s, %(reason)s, %(figures)s, %(subject)s, %(message)s, %(at)s,
        %(shadow)s);

-- name: update
-- What an alert is after a day.
UPDATE biaochi.alert SET state = %(state)s, level = %(level)s, resolved = %(resolved)s, reason = %(reason)s,
    figures = %(figures)s, subject = %(subject)s, message = %(message)s
WHERE alert_id = %(alert_id)s;

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
       a.resolved, a.reason, a.figures, a.subject, a.message, a.opened_at, a.shadow
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
SELECT n.notification_id, e.alert_id, n.event_id, n.channel, n.subject, n.text, n.state, n.attempts, n.created_at,
       n.finished_at, n.last_error
FROM biaochi.notification n JOIN biaochi.alert_event e USING (event_id)
WHERE n.notification_id > %(after)s ORDER BY n.notification_id LIMIT %(limit)s;
