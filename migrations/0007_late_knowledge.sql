-- What is learnt late: restatements, episodes that were never lived, alerts that never were, and summaries.

-- A changed definition (口径) restates history in bulk; its alerts are told in one summary.
ALTER TABLE biaochi.submission ADD COLUMN restatement boolean NOT NULL DEFAULT false;

-- The as-of day on which it turned out that the alert, as known by then, never was.
ALTER TABLE biaochi.alert ADD COLUMN overturned date;
CREATE INDEX alert_key ON biaochi.alert (key, fired);

ALTER TABLE biaochi.alert_event DROP CONSTRAINT alert_event_kind_check;
ALTER TABLE biaochi.alert_event ADD CONSTRAINT alert_event_kind_check
    CHECK (kind IN ('fired', 'worse', 'better', 'resolved', 'overturned'));

-- The days on which each alert fires, as known now.
CREATE INDEX alert_clock_firing ON biaochi.alert_clock (key, as_of) WHERE level > 0;

-- One message in place of many: what judging closed days again came to.
CREATE TABLE biaochi.summary (
    summary_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    first_day  date        NOT NULL,      -- the days that were judged again
    last_day   date        NOT NULL,
    reason     text        NOT NULL CHECK (reason IN ('late_data', 'restated')),
    cause      jsonb       NOT NULL,
    opened     integer     NOT NULL,      -- alerts that fire now and did not before
    ended      integer     NOT NULL,
    changed    integer     NOT NULL,      -- that rose or fell
    past       integer     NOT NULL,      -- that fired and ended within these days, and are told of only now
    overturned integer     NOT NULL,
    events     bigint[]    NOT NULL,      -- the events it stands for
    subject    text        NOT NULL,
    message    text        NOT NULL
);

-- A message tells of one event or of one summary, once per channel.
ALTER TABLE biaochi.notification ALTER COLUMN event_id DROP NOT NULL;
ALTER TABLE biaochi.notification ADD COLUMN summary_id bigint REFERENCES biaochi.summary;
ALTER TABLE biaochi.notification ADD CONSTRAINT notification_of_one CHECK ((event_id IS NULL) <> (summary_id IS NULL));
ALTER TABLE biaochi.notification ADD CONSTRAINT notification_summary_channel UNIQUE (summary_id, channel);

CREATE OR REPLACE VIEW report.alerts AS
SELECT a.alert_id, a.rule, a.check_type AS check, i.code AS indicator, i.name AS indicator_name, g.code AS region,
       g.name AS region_name, coalesce(n.scope, '') AS scope, a.feed, f.name AS feed_name, a.state, a.level,
       (ARRAY['提醒', '黄灯', '橙灯', '红灯'])[a.level] AS lamp, a.since, a.fired, a.resolved, a.reason, a.subject,
       a.message, a.opened_at, a.overturned
FROM biaochi.alert a
LEFT JOIN biaochi.node n USING (node_id)
LEFT JOIN biaochi.indicator i USING (indicator_id) LEFT JOIN biaochi.region g USING (region_id)
LEFT JOIN biaochi.feed f ON f.code = a.feed;
COMMENT ON COLUMN report.alerts.overturned IS
    '撤销日：按现有数据，该预警不成立 | the day it turned out that, as known now, it never was';

CREATE OR REPLACE VIEW report.notifications AS
SELECT n.notification_id, e.alert_id, n.channel, n.subject, n.text, n.state, n.attempts, n.created_at, n.finished_at,
       n.summary_id
FROM biaochi.notification n LEFT JOIN biaochi.alert_event e USING (event_id);
COMMENT ON COLUMN report.notifications.alert_id IS '预警编号；汇总消息为空 | the alert it tells of; empty for a summary';
COMMENT ON COLUMN report.notifications.summary_id IS '汇总消息的编号 | the summary it is, else empty';

CREATE OR REPLACE VIEW report.submissions AS
SELECT submission_id, feed, state, format, rows, accepted, unchanged, revised, rejected, note, received_at, recorded_at,
       restatement
FROM biaochi.submission;
COMMENT ON COLUMN report.submissions.restatement IS '是否口径调整 | whether it restates history under a changed definition';

CREATE VIEW report.summaries AS
SELECT summary_id, at, first_day, last_day, reason, opened, ended, changed, past, overturned, subject, message
FROM biaochi.summary;
COMMENT ON VIEW report.summaries IS
    '追溯评估的汇总消息 | Summaries: one message in place of many, after closed days were judged again';

-- A key is rule|indicator|region|scope|feed|period|labels.
CREATE VIEW report.alerts_pending AS
SELECT c.as_of, split_part(c.key, '|', 1) AS rule, i.code AS indicator, i.name AS indicator_name, g.code AS region,
       g.name AS region_name, split_part(c.key, '|', 4) AS scope, f.code AS feed, f.name AS feed_name, reached.level,
       (ARRAY['提醒', '黄灯', '橙灯', '红灯'])[reached.level] AS lamp, c.since
FROM biaochi.alert_clock c
CROSS JOIN LATERAL (SELECT max(place)::integer AS level FROM unnest(c.held) WITH ORDINALITY AS h (ticks, place)
                    WHERE ticks >= 0) reached
LEFT JOIN biaochi.indicator i ON i.code = split_part(c.key, '|', 2)
LEFT JOIN biaochi.region g ON g.code = split_part(c.key, '|', 3)
LEFT JOIN biaochi.feed f ON f.code = split_part(c.key, '|', 5)
WHERE c.as_of = (SELECT max(as_of) FROM biaochi.evaluation) AND c.level = 0;
COMMENT ON VIEW report.alerts_pending IS
    '观察中：条件已出现、尚未到亮灯时限 | Pending: the condition holds, but not yet for as long as the rule asks';
COMMENT ON COLUMN report.alerts_pending.since IS '条件出现的第一个截至日 | first as-of day on which the condition held';

GRANT SELECT ON ALL TABLES IN SCHEMA report TO biaochi_reader;
