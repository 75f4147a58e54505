-- name: lock_publication
-- One publisher at a time; others wait and then see what was published.
SELECT pg_advisory_xact_lock(2426245);

-- name: current
-- The newest version of a kind.
SELECT version, sha256, content, first_as_of FROM biaochi.publication
WHERE kind = %(kind)s ORDER BY version DESC LIMIT 1;

-- name: version
-- One version of a kind.
SELECT version, sha256, content, first_as_of FROM biaochi.publication
WHERE kind = %(kind)s AND version = %(version)s;

-- name: in_force
-- The version that applies to an as-of day: the newest that had begun by then, else the first one.
SELECT version, sha256, content, first_as_of FROM biaochi.publication
WHERE kind = %(kind)s
ORDER BY (first_as_of <= %(as_of)s) DESC, CASE WHEN first_as_of <= %(as_of)s THEN version ELSE -version END DESC
LIMIT 1;

-- name: publish
-- One more version.
INSERT INTO biaochi.publication (kind, version, content, sha256, first_as_of, published_at, published_by)
VALUES (%(kind)s, %(version)s, %(content)s, %(sha256)s, %(first_as_of)s, %(at)s, %(by)s);

-- name: next_as_of
-- The as-of day after the last evaluated one, which a new version applies from.
SELECT max(as_of) + 1 FROM biaochi.evaluation;

-- name: set_installation
-- How this installation is marked towards its readers.
INSERT INTO biaochi.installation (root, name, banner, shadow) VALUES (%(root)s, %(name)s, %(banner)s, %(shadow)s)
ON CONFLICT (only_row) DO UPDATE SET root = EXCLUDED.root, name = EXCLUDED.name, banner = EXCLUDED.banner,
    shadow = EXCLUDED.shadow;

-- name: upsert_regions
-- Regions keep their number; names follow the catalogue.
INSERT INTO biaochi.region (code, name, name_en, level, parent)
SELECT * FROM unnest(%(code)s::text[], %(name)s::text[], %(name_en)s::text[], %(level)s::text[], %(parent)s::text[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, name_en = EXCLUDED.name_en, level = EXCLUDED.level,
    parent = EXCLUDED.parent;

-- name: insert_groups
-- The groups of a version; a version never changes.
INSERT INTO biaochi.region_group (catalog_version, code, name, name_en, position)
SELECT %(version)s, g.code, g.name, g.name_en, g.position
FROM unnest(%(code)s::text[], %(name)s::text[], %(name_en)s::text[]) WITH ORDINALITY AS g (code, name, name_en, position)
ON CONFLICT DO NOTHING;

-- name: insert_group_members
-- The regions of a version's groups.
INSERT INTO biaochi.region_group_member (catalog_version, code, region_id)
SELECT %(version)s, m.code, r.region_id
FROM unnest(%(code)s::text[], %(region)s::text[]) AS m (code, region)
JOIN biaochi.region r ON r.code = m.region
ON CONFLICT DO NOTHING;

-- name: upsert_indicators
-- Indicators keep their number; the rest follows the catalogue.
INSERT INTO biaochi.indicator (code, task, name, name_en, unit, unit_zh, kind, direction, lead)
SELECT * FROM unnest(%(code)s::text[], %(task)s::text[], %(name)s::text[], %(name_en)s::text[], %(unit)s::text[],
                     %(unit_zh)s::text[], %(kind)s::text[], %(direction)s::text[], %(lead)s::text[])
ON CONFLICT (code) DO UPDATE SET task = EXCLUDED.task, name = EXCLUDED.name, name_en = EXCLUDED.name_en,
    unit = EXCLUDED.unit, unit_zh = EXCLUDED.unit_zh, kind = EXCLUDED.kind, direction = EXCLUDED.direction,
    lead = EXCLUDED.lead;

-- name: upsert_feeds
-- Feeds keep their code; a token stays bound to it.
INSERT INTO biaochi.feed (code, name, source, first_day)
SELECT * FROM unnest(%(code)s::text[], %(name)s::text[], %(source)s::text[], %(first_day)s::date[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, source = EXCLUDED.source, first_day = EXCLUDED.first_day;

-- name: ensure_nodes
-- A number for every node declared.
INSERT INTO biaochi.node (indicator_id, region_id, scope)
SELECT i.indicator_id, r.region_id, d.scope
FROM unnest(%(indicator)s::text[], %(region)s::text[], %(scope)s::text[]) AS d (indicator, region, scope)
JOIN biaochi.indicator i ON i.code = d.indicator
JOIN biaochi.region r ON r.code = d.region
ON CONFLICT DO NOTHING;

-- name: ensure_series
-- A number for every series declared.
INSERT INTO biaochi.series (node_id, source)
SELECT n.node_id, d.source
FROM unnest(%(indicator)s::text[], %(region)s::text[], %(scope)s::text[], %(source)s::text[])
    AS d (indicator, region, scope, source)
JOIN biaochi.indicator i ON i.code = d.indicator
JOIN biaochi.region r ON r.code = d.region
JOIN biaochi.node n ON n.indicator_id = i.indicator_id AND n.region_id = r.region_id AND n.scope = d.scope
ON CONFLICT DO NOTHING;

-- name: node_ids
-- Numbers of all nodes, by their codes.
SELECT i.code, r.code, n.scope, n.node_id
FROM biaochi.node n JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region r USING (region_id);

-- name: series_ids
-- Numbers of all series, by their codes.
SELECT i.code, r.code, n.scope, s.source, s.series_id
FROM biaochi.series s JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region r USING (region_id);

-- name: insert_target
-- A version of a target, unless its newest version says the same.
INSERT INTO biaochi.target (code, version, node_id, period_start, period_end, comparator, value, baseline, plan, authority,
                            ambition, note, valid_from, recorded_at, catalog_version)
SELECT %(code)s, coalesce(max(t.version), 0) + 1, %(node_id)s, %(period_start)s, %(period_end)s, %(comparator)s,
       %(value)s, %(baseline)s, %(plan)s, %(authority)s, %(ambition)s, %(note)s, %(valid_from)s, %(at)s, %(catalog_version)s
FROM biaochi.target t WHERE t.code = %(code)s
HAVING NOT EXISTS (
    SELECT FROM biaochi.target n
    WHERE n.code = %(code)s
      AND n.version = (SELECT max(m.version) FROM biaochi.target m WHERE m.code = %(code)s)
      AND (n.node_id, n.period_start, n.period_end, n.comparator, n.value, n.baseline, n.plan, n.authority, n.ambition,
           n.note, n.valid_from)
        IS NOT DISTINCT FROM
          (%(node_id)s, %(period_start)s::date, %(period_end)s::date, %(comparator)s, %(value)s::float8,
           %(baseline)s::float8, %(plan)s::jsonb, %(authority)s, %(ambition)s, %(note)s, %(valid_from)s::date));
