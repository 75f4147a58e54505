-- What two sources tell of one figure, a region's total beside the sum of those below it: made by evaluation.

CREATE TABLE biaochi.comparison (
    as_of          date             NOT NULL,
    node_id        integer          NOT NULL,
    day            date             NOT NULL,   -- the last both speak for
    source         text             NOT NULL,   -- the preferred one
    figure         double precision,
    covered        integer          NOT NULL,   -- of a roll-up; 0 of what is reported itself
    declared       integer          NOT NULL,
    other_source   text             NOT NULL,
    other_figure   double precision,
    other_covered  integer          NOT NULL,
    other_declared integer          NOT NULL,
    settled        boolean          NOT NULL,
    PRIMARY KEY (as_of, node_id)
);
SELECT create_hypertable('biaochi.comparison', by_range('as_of', INTERVAL '3 months'),
                         create_default_indexes => false);
CREATE INDEX comparison_node ON biaochi.comparison (node_id, as_of DESC);

CREATE VIEW report.source_differences AS
SELECT c.as_of, i.code AS indicator, i.name AS indicator_name, i.unit_zh AS unit, g.code AS region,
       g.name AS region_name, g.level AS region_level, n.scope, c.day, c.source, c.figure,
       CASE WHEN c.declared > 0 THEN c.covered END AS covered, nullif(c.declared, 0) AS declared,
       c.other_source, c.other_figure, CASE WHEN c.other_declared > 0 THEN c.other_covered END AS other_covered,
       nullif(c.other_declared, 0) AS other_declared,
       c.figure - c.other_figure AS difference,
       (c.figure - c.other_figure) / nullif(greatest(abs(c.figure), abs(c.other_figure)), 0) AS share, c.settled
FROM biaochi.comparison c
JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id);
COMMENT ON VIEW report.source_differences IS
    '两个来源的累计数比对（上级数与下级汇总数等）：每个评估日一行 | Two sources'' figures of the period, a region''s total beside the sum of those below it: one row per evaluated day and figure';
COMMENT ON COLUMN report.source_differences.as_of IS '截至日 | as-of day';
COMMENT ON COLUMN report.source_differences.day IS '两个来源均有数的最近一天 | the last day both speak for';
COMMENT ON COLUMN report.source_differences.source IS '优先来源 | the preferred source';
COMMENT ON COLUMN report.source_differences.covered IS
    '汇总数：已报单位数，直接填报的为空 | of a roll-up, who has reported; null of what is reported itself';
COMMENT ON COLUMN report.source_differences.declared IS
    '汇总数：应报单位数，直接填报的为空 | of a roll-up, who owes a figure; null of what is reported itself';
COMMENT ON COLUMN report.source_differences.difference IS '差额：优先来源减另一来源 | the preferred source''s figure less the other''s';
COMMENT ON COLUMN report.source_differences.share IS '差额占较大数的比例 | the difference as a share of the larger figure';
COMMENT ON COLUMN report.source_differences.settled IS
    '差额是否成立：否，可能只因部分单位未报 | whether the difference is one; false where it may be what some have yet to report';
GRANT SELECT ON report.source_differences TO biaochi_reader;
