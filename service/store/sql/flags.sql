-- name: judge
-- Readings a submission has just written, and the reports that follow them where they are sums, with what is doubtful
-- of them; only those that are doubtful, or were.
-- A sum is held against the report before it in its year, as far as that was meant as a sum too. The days are bounded
-- once more by parameters, so that the chunks of other years are not looked into.
WITH meant AS (
    SELECT * FROM unnest(%(series_id)s::int[], %(first)s::date[], %(last)s::date[], %(cumulative)s::bool[],
                         %(summed)s::bool[], %(low)s::float8[], %(high)s::float8[])
                  AS m (series_id, first, last, cumulative, summed, low, high)
), written AS (
    SELECT DISTINCT ON (s.series_id, s.day) s.series_id, s.day, s.place
    FROM pg_temp.staged s JOIN biaochi.reading r USING (series_id, day)
    WHERE r.submission_id = %(submission_id)s AND r.day BETWEEN %(written_from)s AND %(written_to)s
    ORDER BY s.series_id, s.day, s.n
), touched AS (
    SELECT series_id, day, place FROM written
    UNION ALL
    SELECT w.series_id, later.day, NULL
    FROM written w
    JOIN meant m ON m.series_id = w.series_id AND m.cumulative AND w.day BETWEEN m.first AND m.last
    CROSS JOIN LATERAL (
        SELECT r.day FROM biaochi.reading r
        WHERE r.series_id = w.series_id AND r.day > w.day AND r.value IS NOT NULL
          AND r.day BETWEEN %(year_from)s AND %(year_to)s
          AND r.day <= least(m.last, make_date(extract(year FROM w.day)::int, 12, 31))
        ORDER BY r.day LIMIT 1) later
    WHERE NOT EXISTS (SELECT FROM written o WHERE o.series_id = w.series_id AND o.day = later.day)
), beside AS (
    SELECT t.series_id, t.day, min(t.place) AS place, r.value, m.cumulative, m.summed, m.low, m.high, m.first,
           before.day AS before_day, before.value AS before_value
    FROM touched t
    JOIN biaochi.reading r ON r.series_id = t.series_id AND r.day = t.day AND r.day BETWEEN %(year_from)s AND %(year_to)s
    JOIN meant m ON m.series_id = t.series_id AND t.day BETWEEN m.first AND m.last
    LEFT JOIN LATERAL (
        SELECT e.day, e.value FROM biaochi.reading e
        WHERE m.cumulative AND e.series_id = t.series_id AND e.day < t.day AND e.value IS NOT NULL
          AND e.day >= greatest(m.first, date_trunc('year', t.day)::date)
          AND e.day BETWEEN %(year_from)s AND %(year_to)s
        ORDER BY e.day DESC LIMIT 1) before ON true
    GROUP BY t.series_id, t.day, r.value, m.cumulative, m.summed, m.low, m.high, m.first, before.day, before.value
), figured AS (
    -- The figure of one day: of a sum, what came since the report before; NULL where nobody knows where it began.
    SELECT b.*,
           CASE WHEN NOT cumulative THEN value / CASE WHEN NOT summed THEN 1 WHEN %(cycle)s = 'weekly' THEN 7
                                                   WHEN %(cycle)s = 'monthly' THEN extract(day FROM day) ELSE 1 END
                WHEN before_day IS NOT NULL THEN (value - before_value) / (day - before_day)
                WHEN first <= date_trunc('year', day)::date
                THEN value / (day - date_trunc('year', day)::date + 1) END AS of_a_day
    FROM beside b
), doubtful AS (
    SELECT f.*, coalesce(of_a_day < low OR of_a_day > high, false) AS implausible,
           coalesce(value < before_value, false) AS fall
    FROM figured f
)
SELECT d.series_id, d.day, d.place, d.value, d.of_a_day, d.low, d.high, d.before_day, d.before_value, d.implausible, d.fall
FROM doubtful d
WHERE implausible OR fall
   OR EXISTS (SELECT FROM biaochi.reading_flag f WHERE f.series_id = d.series_id AND f.day = d.day)
ORDER BY d.day, d.series_id;

-- name: clear
-- Readings that are judged anew.
DELETE FROM biaochi.reading_flag f
USING unnest(%(series_id)s::int[], %(day)s::date[]) AS j (series_id, day)
WHERE f.series_id = j.series_id AND f.day = j.day;

-- name: flag
-- What is doubtful of them.
INSERT INTO biaochi.reading_flag (series_id, day, code)
SELECT * FROM unnest(%(series_id)s::int[], %(day)s::date[], %(code)s::text[])
ON CONFLICT DO NOTHING;
