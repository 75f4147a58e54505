-- What is measured, where, by whom, against what.
-- Identity lives in small tables with short keys; what is published is kept whole, version by version,
-- in `publication`, so that replicas agree and any finding can name the version it was made with.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE SCHEMA IF NOT EXISTS biaochi;
CREATE SCHEMA IF NOT EXISTS report;

-- Versions of the catalogue and of the rules, append-only.
CREATE TABLE biaochi.publication (
    kind         text        NOT NULL CHECK (kind IN ('catalog', 'rules')),
    version      integer     NOT NULL,
    content      jsonb       NOT NULL,
    sha256       text        NOT NULL,
    first_as_of  date        NOT NULL,           -- first as-of day it applies to
    published_at timestamptz NOT NULL,
    published_by text        NOT NULL,
    PRIMARY KEY (kind, version)
);

-- One row: how this installation is marked towards its readers.
CREATE TABLE biaochi.installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    root     text    NOT NULL,
    name     text    NOT NULL,
    banner   text    NOT NULL DEFAULT ''
);

CREATE TABLE biaochi.region (
    region_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text    NOT NULL UNIQUE,
    name      text    NOT NULL,
    name_en   text    NOT NULL DEFAULT '',
    level     text    NOT NULL,
    parent    text    NOT NULL DEFAULT ''
);

CREATE TABLE biaochi.indicator (
    indicator_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         text    NOT NULL UNIQUE,
    task         text    NOT NULL,
    name         text    NOT NULL,
    name_en      text    NOT NULL,
    unit         text    NOT NULL,
    unit_zh      text    NOT NULL,
    kind         text    NOT NULL,
    direction    text    NOT NULL,
    lead         text    NOT NULL
);

CREATE TABLE biaochi.feed (
    feed_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text    NOT NULL UNIQUE,
    name      text    NOT NULL,
    source    text    NOT NULL,
    first_day date    NOT NULL
);

-- A node is where a figure stands: indicator × region × scope.
CREATE TABLE biaochi.node (
    node_id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator_id integer NOT NULL REFERENCES biaochi.indicator,
    region_id    integer NOT NULL REFERENCES biaochi.region,
    scope        text    NOT NULL DEFAULT '',
    UNIQUE (indicator_id, region_id, scope)
);

-- A series is a node as one source reports it.
CREATE TABLE biaochi.series (
    series_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node_id   integer NOT NULL REFERENCES biaochi.node,
    source    text    NOT NULL,
    UNIQUE (node_id, source)
);

-- Targets as they were published; the newest version of a code counts from valid_from on.
CREATE TABLE biaochi.target (
    code            text             NOT NULL,
    version         integer          NOT NULL,
    node_id         integer          NOT NULL REFERENCES biaochi.node,
    period_start    date             NOT NULL,
    period_end      date             NOT NULL CHECK (period_end > period_start),
    comparator      text             NOT NULL CHECK (comparator IN ('>=', '<=', '>', '<')),
    value           double precision NOT NULL,
    baseline        double precision,
    plan            jsonb            NOT NULL,
    authority       text             NOT NULL DEFAULT '',
    ambition        text             NOT NULL DEFAULT '',
    note            text             NOT NULL DEFAULT '',
    valid_from      date             NOT NULL,
    recorded_at     timestamptz      NOT NULL,
    catalog_version integer          NOT NULL,
    PRIMARY KEY (code, version)
);

-- Tokens are kept as hashes; the secret is shown once. A feed's token posts, an operator's commands.
CREATE TABLE biaochi.token (
    token_id   text        PRIMARY KEY,
    sha256     bytea       NOT NULL UNIQUE,
    role       text        NOT NULL CHECK (role IN ('feed', 'operator')),
    feed       text        REFERENCES biaochi.feed (code),
    note       text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CHECK ((role = 'feed') = (feed IS NOT NULL))
);
