-- 催报: reminders before a deadline, once per deadline, and once per feed and report day.

CREATE TABLE biaochi.reminder (
    reminder_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deadline    timestamptz NOT NULL UNIQUE,      -- so that two processes that remind at once write one
    at          timestamptz NOT NULL,
    subject     text        NOT NULL,
    message     text        NOT NULL
);

-- Whom it names: feeds, and the report days they owed something for.
CREATE TABLE biaochi.reminder_feed (
    feed        text    NOT NULL REFERENCES biaochi.feed (code),
    day         date    NOT NULL,
    reminder_id bigint  NOT NULL REFERENCES biaochi.reminder,
    PRIMARY KEY (feed, day)
);

-- A message tells of one event, of one summary or of one reminder, once per channel.
ALTER TABLE biaochi.notification ADD COLUMN reminder_id bigint REFERENCES biaochi.reminder;
ALTER TABLE biaochi.notification DROP CONSTRAINT notification_of_one;
ALTER TABLE biaochi.notification ADD CONSTRAINT notification_of_one
    CHECK (num_nonnulls(event_id, summary_id, reminder_id) = 1);
ALTER TABLE biaochi.notification ADD CONSTRAINT notification_reminder_channel UNIQUE (reminder_id, channel);

CREATE OR REPLACE VIEW report.notifications AS
SELECT n.notification_id, e.alert_id, n.channel, n.subject, n.text, n.state, n.attempts, n.created_at, n.finished_at,
       n.summary_id, n.reminder_id
FROM biaochi.notification n LEFT JOIN biaochi.alert_event e USING (event_id);
COMMENT ON COLUMN report.notifications.alert_id IS
    '预警编号；汇总和催报为空 | the alert it tells of; empty for a summary and a reminder';
COMMENT ON COLUMN report.notifications.reminder_id IS '催报的编号 | the reminder it is, else empty';

CREATE VIEW report.reminders AS
SELECT r.reminder_id, r.deadline, r.at, f.feed, d.name AS feed_name, f.day, r.subject, r.message
FROM biaochi.reminder r
JOIN biaochi.reminder_feed f USING (reminder_id)
JOIN biaochi.feed d ON d.code = f.feed;
COMMENT ON VIEW report.reminders IS
    '催报：每个被催的报送渠道和数据日一行 | Reminders before a deadline: one row per feed and report day they name';
COMMENT ON COLUMN report.reminders.deadline IS '报送期限 | until when the report was due';
COMMENT ON COLUMN report.reminders.day IS '数据日（周报、月报为期末日） | the report day, of a week or month its last';

GRANT SELECT ON report.reminders TO biaochi_reader;
