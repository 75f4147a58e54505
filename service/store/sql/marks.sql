-- name: lock_token
-- One mark of a token at a time, so that the same one sent twice at once is stored once.
SELECT 1 FROM biaochi.token WHERE token_id = %(token_id)s FOR NO KEY UPDATE;

-- name: last
-- A token's last mark on an alert.
SELECT mark_id, alert_id, token_id, accurate, note, at, true AS counts
FROM biaochi.alert_mark WHERE alert_id = %(alert_id)s AND token_id = %(token_id)s
ORDER BY mark_id DESC LIMIT 1;

-- name: add
-- One more mark.
INSERT INTO biaochi.alert_mark (alert_id, token_id, accurate, note, at)
VALUES (%(alert_id)s, %(token_id)s, %(accurate)s, %(note)s, %(at)s)
RETURNING mark_id, alert_id, token_id, accurate, note, at, true AS counts;

-- name: of_alert
-- Every mark on an alert, in order; the last of each token counts.
SELECT m.mark_id, m.alert_id, m.token_id, m.accurate, m.note, m.at, k.counts
FROM biaochi.alert_mark m JOIN report.alert_marks k USING (mark_id)
WHERE m.alert_id = %(alert_id)s ORDER BY m.mark_id;

-- name: tally
-- Alerts by rule and by what was said of them; where those who count disagree, nothing is settled.
WITH said AS (
    SELECT alert_id, bool_and(accurate) AS every, bool_or(accurate) AS one
    FROM report.alert_marks WHERE counts GROUP BY alert_id
)
SELECT a.rule, count(*) AS alerts, count(*) FILTER (WHERE s.every) AS accurate,
       count(*) FILTER (WHERE NOT s.one) AS inaccurate, count(*) FILTER (WHERE s.one AND NOT s.every) AS disputed
FROM biaochi.alert a LEFT JOIN said s USING (alert_id)
GROUP BY a.rule ORDER BY a.rule;

-- name: settled
-- Alerts on which all marks that count agree, as they fired, in order of rule and day.
SELECT a.alert_id, a.key, e.as_of AS fired, e.at, e.level, a.resolved, m.accurate, m.notes
FROM biaochi.alert a
JOIN LATERAL (
    SELECT bool_and(k.accurate) AS accurate, count(DISTINCT k.accurate) AS answers,
           coalesce(array_agg(k.note ORDER BY k.mark_id) FILTER (WHERE k.note <> ''), '{}') AS notes
    FROM report.alert_marks k WHERE k.alert_id = a.alert_id AND k.counts
) m ON m.answers = 1
JOIN LATERAL (
    SELECT v.as_of, v.at, v.level FROM biaochi.alert_event v
    WHERE v.alert_id = a.alert_id AND v.kind = 'fired' ORDER BY v.event_id LIMIT 1
) e ON true
ORDER BY a.rule, e.as_of, a.alert_id;
