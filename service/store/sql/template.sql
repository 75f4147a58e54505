-- name: last_figures
-- The last figure of each series up to a day, not looking further back than another.
SELECT s.series_id, r.day, r.value
FROM unnest(%(series)s::int[]) AS s (series_id)
CROSS JOIN LATERAL (
    SELECT day, value FROM biaochi.reading
    WHERE series_id = s.series_id AND day BETWEEN %(since)s AND %(until)s AND value IS NOT NULL
    ORDER BY day DESC LIMIT 1
) r;

-- name: reported
-- How many of these series each of these days has a figure of.
SELECT day, count(*) FROM biaochi.reading
WHERE day = ANY(%(days)s::date[]) AND series_id = ANY(%(series)s::int[]) AND value IS NOT NULL
GROUP BY day;
