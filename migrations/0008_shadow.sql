-- Shadow mode (试运行): alerts that are kept and shown, and told to nobody; and what people say of alerts.

ALTER TABLE biaochi.alert ADD COLUMN shadow boolean NOT NULL DEFAULT false;

-- Whether the whole installation runs in shadow: what does not light a lamp must not be taken for green.
ALTER TABLE biaochi.installation ADD COLUMN shadow boolean NOT NULL DEFAULT false;

-- 准/不准, append-only: the last mark of a token on an alert counts.
CREATE TABLE biaochi.alert_mark (
    mark_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id text        COLLATE "C" NOT NULL REFERENCES biaochi.alert,
    token_id text        NOT NULL REFERENCES biaochi.token,
    accurate boolean     NOT NULL,
    note     text        NOT NULL DEFAULT '',
    at       timestamptz NOT NULL
);
CREATE INDEX alert_mark_alert ON biaochi.alert_mark (alert_id, token_id, mark_id DESC);

CREATE OR REPLACE VIEW report.installation AS
SELECT i.name, i.root, r.name AS root_name, i.banner, i.shadow
FROM biaochi.installation i LEFT JOIN biaochi.region r ON r.code = i.root;
COMMENT ON COLUMN report.installation.shadow IS
    '整区试运行：预警照常生成，不发送、不亮灯 | the whole installation runs in shadow: alerts are kept, none is sent, no lamp is lit';

CREATE OR REPLACE VIEW report.alerts AS
SELECT a.alert_id, a.rule, a.check_type AS check, i.code AS indicator, i.name AS indicator_name, g.code AS region,
       g.name AS region_name, coalesce(n.scope, '') AS scope, a.feed, f.name AS feed_name, a.state, a.level,
       (ARRAY['提醒', '黄灯', '橙灯', '红灯'])[a.level] AS lamp, a.since, a.fired, a.resolved, a.reason, a.subject,
       a.message, a.opened_at, a.overturned, a.shadow
FROM biaochi.alert a
LEFT JOIN biaochi.node n USING (node_id)
LEFT JOIN biaochi.indicator i USING (indicator_id) LEFT JOIN biaochi.region g USING (region_id)
LEFT JOIN biaochi.feed f ON f.code = a.feed;
COMMENT ON VIEW report.alerts IS
    '预警：每次亮灯一行，含试运行（shadow） | Alerts: one row per episode, those in shadow among them';
COMMENT ON COLUMN report.alerts.shadow IS '试运行：只留存，不发送 | in shadow: kept, told to nobody';

CREATE VIEW report.alert_marks AS
SELECT m.mark_id, m.alert_id, a.rule, a.shadow, m.accurate, m.note, m.at,
       NOT EXISTS (SELECT FROM biaochi.alert_mark l
                   WHERE (l.alert_id, l.token_id) = (m.alert_id, m.token_id) AND l.mark_id > m.mark_id) AS counts
FROM biaochi.alert_mark m JOIN biaochi.alert a USING (alert_id);
COMMENT ON VIEW report.alert_marks IS
    '预警准/不准的标注，全部留存 | Marks on alerts, accurate or not; all are kept';
COMMENT ON COLUMN report.alert_marks.counts IS
    '同一令牌对同一预警的最后一次标注 | the last mark of its token on the alert';
