-- name: written
-- Revisions a submission made of some series and days, those replaced since among them.
SELECT r.series_id, r.day, r.revision
FROM unnest(%(series)s::int[], %(days)s::date[]) AS p (series_id, day)
JOIN biaochi.reading r USING (series_id, day)
WHERE r.submission_id = %(submission_id)s AND r.day BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT r.series_id, r.day, r.revision
FROM unnest(%(series)s::int[], %(days)s::date[]) AS p (series_id, day)
JOIN biaochi.reading_revision r USING (series_id, day)
WHERE r.submission_id = %(submission_id)s AND r.day BETWEEN %(first)s AND %(last)s;

-- name: standing
-- Readings of some series and days as they are now.
SELECT r.series_id, r.day, r.value
FROM unnest(%(series)s::int[], %(days)s::date[]) AS p (series_id, day)
JOIN biaochi.reading r USING (series_id, day)
WHERE r.day BETWEEN %(first)s AND %(last)s;
