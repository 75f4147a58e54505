-- Views for people and Grafana, and the role that may read them and nothing else.

DO $$
BEGIN
    CREATE ROLE biaochi_reader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- roles belong to the server: another database of it has made this one
END $$;

CREATE VIEW report.installation AS
SELECT i.name, i.root, r.name AS root_name, i.banner
FROM biaochi.installation i LEFT JOIN biaochi.region r ON r.code = i.root;
COMMENT ON VIEW report.installation IS '本平台：名称、辖区、数据标记 | This installation: name, root region, mark of the data';

CREATE VIEW report.evaluations AS
SELECT as_of, runs, closed_at, evaluated_at, seconds FROM biaochi.evaluation;
COMMENT ON VIEW report.evaluations IS '已评估的截至日 | As-of days that were evaluated';

CREATE VIEW report.readings_daily AS
SELECT rd.day, i.code AS indicator, i.name AS indicator_name, g.code AS region, g.name AS region_name, n.scope, s.source,
       rd.value, i.unit_zh AS unit, rd.revision, rd.submission_id
FROM biaochi.reading rd
JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
WHERE rd.value IS NOT NULL;
COMMENT ON VIEW report.readings_daily IS
    '逐日数据（现值，已撤回的不列） | Daily readings as they are now; those taken back are left out';

CREATE VIEW report.progress AS
SELECT p.as_of, i.code AS indicator, i.name AS indicator_name, i.unit_zh AS unit, i.kind, g.code AS region,
       g.name AS region_name, g.level AS region_level, n.scope, p.data_day, p.stale, p.covered, p.declared,
       p.covered::float8 / nullif(p.declared, 0) AS coverage, p.period_start, p.period_end, p.value,
       p.period_to_date, p.target_code, p.target, p.completion, p.expected, p.lag, p.shortfall, p.to_target,
       p.required_rate, p.allowed_mean, p.mean_rate, p.recent_rate, p.last_year, p.year_on_year, p.projected, p.met
FROM biaochi.progress p
JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id);
COMMENT ON VIEW report.progress IS
    '进度：每个评估日一行，由评估生成 | Progress: one row per evaluated day and figure, made by evaluation';
COMMENT ON COLUMN report.progress.as_of IS '截至日 | as-of day';
COMMENT ON COLUMN report.progress.data_day IS '数据日 | the day the figure speaks for';
COMMENT ON COLUMN report.progress.lag IS '慢于序时进度（比率，正为慢） | expected less actual completion, a ratio, positive when behind';
COMMENT ON COLUMN report.progress.shortfall IS '欠进度 | missing to the plan of the day';
COMMENT ON COLUMN report.progress.to_target IS '尚差 | missing to the target';

CREATE VIEW report.alerts AS
SELECT a.alert_id, a.rule, a.check_type AS check, i.code AS indicator, i.name AS indicator_name, g.code AS region,
       g.name AS region_name, coalesce(n.scope, '') AS scope, a.feed, f.name AS feed_name, a.state, a.level,
       (ARRAY['提醒', '黄灯', '橙灯', '红灯'])[a.level] AS lamp, a.since, a.fired, a.resolved, a.reason, a.subject,
       a.message, a.opened_at
FROM biaochi.alert a
LEFT JOIN biaochi.node n USING (node_id)
LEFT JOIN biaochi.indicator i USING (indicator_id) LEFT JOIN biaochi.region g USING (region_id)
LEFT JOIN biaochi.feed f ON f.code = a.feed;
COMMENT ON VIEW report.alerts IS '预警：每次亮灯一行 | Alerts: one row per episode';

CREATE VIEW report.notifications AS
SELECT n.notification_id, e.alert_id, n.channel, n.subject, n.text, n.state, n.attempts, n.created_at, n.finished_at
FROM biaochi.notification n JOIN biaochi.alert_event e USING (event_id);
COMMENT ON VIEW report.notifications IS '发出的消息及其状态 | Messages and what became of them';

CREATE VIEW report.submissions AS
SELECT submission_id, feed, state, format, rows, accepted, unchanged, revised, rejected, note, received_at, recorded_at
FROM biaochi.submission;
COMMENT ON VIEW report.submissions IS '报送记录与回执 | Submissions and their receipts';

GRANT USAGE ON SCHEMA report TO biaochi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO biaochi_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA report GRANT SELECT ON TABLES TO biaochi_reader;
ALTER ROLE biaochi_reader SET statement_timeout = '30s';
ALTER ROLE biaochi_reader SET default_transaction_read_only = on;
