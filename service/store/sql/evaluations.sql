-- name: lock
-- One evaluator at a time, whoever asks for it; held for the session.
SELECT pg_advisory_lock(2426247);

-- name: unlock
-- The next evaluator may begin.
SELECT pg_advisory_unlock(2426247);

-- name: last
-- The last evaluated day, and what evaluation has looked at so far.
SELECT max(as_of), max(known_at) FROM biaochi.evaluation;

-- name: changed_since
-- Submissions recorded after an instant that changed figures, with the span of their days.
SELECT submission_id, feed, note, restatement, first_day, last_day, recorded_at FROM biaochi.submission
WHERE recorded_at > %(since)s AND state = 'accepted' AND first_day IS NOT NULL
ORDER BY recorded_at;

-- name: record
-- A day was evaluated, for the first time or again.
INSERT INTO biaochi.evaluation (as_of, known_at, catalog_version, rules_version, closed_at, evaluated_at, seconds)
VALUES (%(as_of)s, %(known_at)s, %(catalog_version)s, %(rules_version)s, %(at)s, %(at)s, %(seconds)s)
ON CONFLICT (as_of) DO UPDATE SET known_at = EXCLUDED.known_at, catalog_version = EXCLUDED.catalog_version,
    rules_version = EXCLUDED.rules_version, runs = biaochi.evaluation.runs + 1, evaluated_at = EXCLUDED.evaluated_at,
    seconds = EXCLUDED.seconds;

-- name: get
-- How a day was evaluated.
SELECT as_of, known_at, catalog_version, rules_version, runs, closed_at, evaluated_at, seconds
FROM biaochi.evaluation WHERE as_of = %(as_of)s;

-- name: oldest_catalog
-- The oldest version of the catalogue that days of a span were judged with.
SELECT min(catalog_version) FROM biaochi.evaluation WHERE as_of BETWEEN %(first)s AND %(last)s;

-- name: drop_progress
-- Progress of a day that is made again.
DELETE FROM biaochi.progress WHERE as_of = %(as_of)s;

-- name: drop_progress_of
-- Progress of some nodes of a day, which is made again.
DELETE FROM biaochi.progress WHERE as_of = %(as_of)s AND node_id = ANY (%(node_id)s::int[]);

-- name: copy_progress
-- Progress of a day, all nodes.
COPY biaochi.progress (as_of, node_id, target_code, period_start, period_end, data_day, stale, covered, declared,
    value, period_to_date, target, completion, expected, lag, shortfall, to_target, required_rate, allowed_mean,
    mean_rate, recent_rate, last_year, year_on_year, projected, met) FROM STDIN (FORMAT binary);

-- name: progress
-- Progress of a day, with the codes people know.
SELECT i.code AS indicator, g.code AS region, n.scope, p.as_of, p.target_code, p.period_start, p.period_end, p.data_day,
       p.stale, p.covered, p.declared, p.value, p.period_to_date, p.target, p.completion, p.expected, p.lag,
       p.shortfall, p.to_target, p.required_rate, p.allowed_mean, p.mean_rate, p.recent_rate, p.last_year,
       p.year_on_year, p.projected, p.met
FROM biaochi.progress p JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
WHERE p.as_of = %(as_of)s
  AND (%(indicator)s::text IS NULL OR i.code = %(indicator)s)
  AND (%(region)s::text IS NULL OR g.code = %(region)s)
ORDER BY i.indicator_id, g.code, n.scope;

-- name: course
-- A node's progress through a period, as the days up to an as-of day tell it: of each data day what was judged last.
SELECT DISTINCT ON (data_day) data_day, value, period_to_date, target, expected, last_year
FROM biaochi.progress
WHERE node_id = %(node_id)s AND as_of BETWEEN %(period_start)s AND %(as_of)s
  AND period_start = %(period_start)s AND data_day BETWEEN %(period_start)s AND %(as_of)s
ORDER BY data_day, as_of DESC;

-- name: clocks
-- The alert clocks as they stood after a day.
SELECT key, level, since, held, quiet FROM biaochi.alert_clock WHERE as_of = %(as_of)s;

-- name: clock
-- One alert clock as it stood after a day.
SELECT level, since, held, quiet FROM biaochi.alert_clock WHERE as_of = %(as_of)s AND key = %(key)s;

-- name: fired_on
-- The first day on which each of these alerts fired, of the episode whose condition holds since a day.
SELECT e.key, min(c.as_of)
FROM unnest(%(key)s::text[], %(since)s::date[]) AS e (key, since)
JOIN biaochi.alert_clock c ON c.key = e.key AND c.level > 0 AND c.as_of BETWEEN e.since AND %(until)s
GROUP BY e.key;

-- name: drop_clocks
-- Clocks of a day that is made again.
DELETE FROM biaochi.alert_clock WHERE as_of = %(as_of)s;

-- name: insert_clocks
-- The clocks of a day that are not at rest.
INSERT INTO biaochi.alert_clock (as_of, key, level, since, held, quiet)
SELECT %(as_of)s, key, level, since, string_to_array(held, ',')::int[], string_to_array(quiet, ',')::int[]
FROM unnest(%(key)s::text[], %(level)s::smallint[], %(since)s::date[], %(held)s::text[], %(quiet)s::text[])
    AS c (key, level, since, held, quiet);

-- name: drop_comparisons
-- What sources tell of a day that is made again.
DELETE FROM biaochi.comparison WHERE as_of = %(as_of)s;

-- name: copy_comparisons
-- What two sources tell of the figures both tell, as of a day.
COPY biaochi.comparison (as_of, node_id, day, source, figure, covered, declared, other_source, other_figure, other_covered,
    other_declared, settled) FROM STDIN (FORMAT binary);
