-- Alerts: their clocks, their episodes, what happened to them, and what must be said about it.

-- The state machine's memory for each key that is not at rest, as it stood after each as-of day.
-- Re-evaluating a day starts from the day before it.
CREATE TABLE biaochi.alert_clock (
    as_of    date      NOT NULL,
    key      text      NOT NULL,
    level    smallint  NOT NULL,
    since    date,
    held     integer[] NOT NULL,      -- per level notice..red: ticks the condition has held, -1 if it does not
    quiet    integer[] NOT NULL,      -- per level: ticks the figure has been below it, -1 while it is not
    PRIMARY KEY (as_of, key)
);

-- One row per episode. The id is the number officials quote: day of issue and a running number.
CREATE TABLE biaochi.alert (
    alert_id     text        COLLATE "C" PRIMARY KEY,
    key          text        NOT NULL,
    rule         text        NOT NULL,
    check_type   text        NOT NULL,
    node_id      integer     REFERENCES biaochi.node,
    feed         text        REFERENCES biaochi.feed (code),
    period_start date,                  -- for rules whose alerts close with a period
    labels       jsonb       NOT NULL DEFAULT '{}',
    state        text        NOT NULL CHECK (state IN ('firing', 'resolved')),
    level        smallint    NOT NULL CHECK (level BETWEEN 1 AND 4),
    since        date        NOT NULL,  -- first as-of day of the episode on which the condition held
    fired        date        NOT NULL,  -- as-of day on which it fired
    resolved     date,                  -- as-of day on which it was resolved
    reason       text        NOT NULL,
    figures      jsonb       NOT NULL,
    subject      text        NOT NULL,  -- as it reads today, renewed by each evaluation while it fires
    message      text        NOT NULL,
    opened_at    timestamptz NOT NULL,
    CHECK ((node_id IS NULL) <> (feed IS NULL)),
    CHECK ((state = 'resolved') = (resolved IS NOT NULL))
);
CREATE UNIQUE INDEX alert_firing ON biaochi.alert (key) WHERE state = 'firing';
CREATE INDEX alert_since ON biaochi.alert (since);
CREATE INDEX alert_opened ON biaochi.alert (opened_at, alert_id);

-- What was lived, append-only. Late knowledge adds events; it rewrites none.
CREATE TABLE biaochi.alert_event (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id    text        COLLATE "C" NOT NULL REFERENCES biaochi.alert,
    as_of       date        NOT NULL,
    at          timestamptz NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('fired', 'worse', 'better', 'resolved')),
    reason      text        NOT NULL,
    level       smallint    NOT NULL,
    retroactive boolean     NOT NULL,
    cause       jsonb       NOT NULL DEFAULT '{}',
    figures     jsonb       NOT NULL,
    subject     text        NOT NULL,
    message     text        NOT NULL
);
CREATE INDEX alert_event_alert ON biaochi.alert_event (alert_id, event_id);

-- The outbox: written with the event, leased, sent, recorded.
CREATE TABLE biaochi.notification (
    notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        bigint      NOT NULL REFERENCES biaochi.alert_event,
    channel         text        NOT NULL,
    subject         text        NOT NULL,
    text            text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('queued', 'sent', 'given_up')),
    attempts        integer     NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,     -- not tried before
    leased_until    timestamptz,              -- somebody is sending it until then
    finished_at     timestamptz,
    last_error      text,
    UNIQUE (event_id, channel)
);
CREATE INDEX notification_due ON biaochi.notification (due_at) WHERE state = 'queued';

CREATE TABLE biaochi.notification_attempt (
    notification_id bigint      NOT NULL REFERENCES biaochi.notification,
    attempt         integer     NOT NULL,
    at              timestamptz NOT NULL,
    result          text        NOT NULL,
    answer          text        NOT NULL,
    PRIMARY KEY (notification_id, attempt)
);
