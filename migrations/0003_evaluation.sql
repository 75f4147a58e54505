-- What evaluation made of the readings: one row per evaluated day, one progress row per node and day.

CREATE TABLE biaochi.evaluation (
    as_of           date        PRIMARY KEY,
    known_at        timestamptz NOT NULL,     -- what was recorded by then was taken into account
    catalog_version integer     NOT NULL,
    rules_version   integer     NOT NULL,
    runs            integer     NOT NULL DEFAULT 1,
    closed_at       timestamptz NOT NULL,     -- when the day was first evaluated
    evaluated_at    timestamptz NOT NULL,
    seconds         double precision NOT NULL
);

-- The figures of design.md's formulas, made once by evaluation and read by everyone else.
CREATE TABLE biaochi.progress (
    as_of          date    NOT NULL,
    node_id        integer NOT NULL,
    target_code    text,
    period_start   date    NOT NULL,
    period_end     date    NOT NULL,
    data_day       date,
    stale          boolean NOT NULL,
    covered        integer NOT NULL,
    declared       integer NOT NULL,
    value          double precision,
    period_to_date double precision,
    target         double precision,
    completion     double precision,
    expected       double precision,
    lag            double precision,
    shortfall      double precision,
    to_target      double precision,
    required_rate  double precision,
    allowed_mean   double precision,
    mean_rate      double precision,
    recent_rate    double precision,
    last_year      double precision,
    year_on_year   double precision,
    projected      double precision,
    met            boolean,
    PRIMARY KEY (as_of, node_id)
);
SELECT create_hypertable('biaochi.progress', by_range('as_of', INTERVAL '3 months'),
                         create_default_indexes => false);
CREATE INDEX progress_node ON biaochi.progress (node_id, as_of DESC);
