-- What rules of type `sql` need: readings as they were known, and a way to ask that no query text gets out of.

-- Every value a reading ever had, and when it was known: from recorded_at until replaced_at, or to this day.
-- Revisions of a reading are numbered without gaps, and recorded_at follows them.
CREATE VIEW biaochi.reading_version AS
SELECT r.series_id, r.day, r.value, r.revision, r.figure, r.unit, r.note, r.submission_id, s.recorded_at,
       NULL::timestamptz AS replaced_at
FROM biaochi.reading r JOIN biaochi.submission s USING (submission_id)
UNION ALL
SELECT v.series_id, v.day, v.value, v.revision, v.figure, v.unit, v.note, v.submission_id, s.recorded_at,
       later.recorded_at
FROM biaochi.reading_revision v
JOIN biaochi.submission s USING (submission_id)
JOIN biaochi.reading r ON r.series_id = v.series_id AND r.day = v.day
LEFT JOIN biaochi.reading_revision n
    ON n.series_id = v.series_id AND n.day = v.day AND n.revision = v.revision + 1
JOIN biaochi.submission later ON later.submission_id = coalesce(n.submission_id, r.submission_id);

CREATE VIEW report.reading_versions AS
SELECT v.day, i.code AS indicator, g.code AS region, n.scope, s.source, v.value, v.revision, v.submission_id,
       v.recorded_at, v.replaced_at
FROM biaochi.reading_version v
JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id);
COMMENT ON VIEW report.reading_versions IS
    '数据的历次版本，含更正前的值 | Every value a reading had, corrected ones included';
COMMENT ON COLUMN report.reading_versions.value IS '数值，空为已撤回 | the value, NULL where it was taken back';
COMMENT ON COLUMN report.reading_versions.recorded_at IS '入库时间 | known from this instant on';
COMMENT ON COLUMN report.reading_versions.replaced_at IS
    '被更正的时间，空为现值 | replaced at this instant, NULL for the value of today';

-- Plain SQL without settings of its own, so that the planner folds it into the query: a bound on the day that stands
-- outside is one on the chunks inside.
CREATE FUNCTION report.readings_known_at(known_at timestamptz)
RETURNS TABLE (day date, indicator text, region text, scope text, source text, value double precision)
LANGUAGE sql STABLE AS $$
    SELECT v.day, v.indicator, v.region, v.scope, v.source, v.value
    FROM report.reading_versions v
    WHERE v.recorded_at <= $1 AND (v.replaced_at IS NULL OR v.replaced_at > $1) AND v.value IS NOT NULL
$$;
COMMENT ON FUNCTION report.readings_known_at(timestamptz) IS
    '某一时刻已知的逐日数据（当时已撤回的不列） | Daily readings as they were known at an instant; those taken back by then are left out';

-- The answer to a query, worked out with the reading role's rights. The text may be anything: the server itself
-- refuses to change the role inside a function that runs as its owner, a cursor takes one statement, and a function
-- that is STABLE may only read.
CREATE FUNCTION biaochi.ask_as_reader(query text, as_of date, known_at timestamptz)
RETURNS TABLE (indicator text, region text, scope text, value double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = report, pg_temp AS $$
BEGIN
    FOR indicator, region, scope, value IN EXECUTE query USING as_of, known_at LOOP
        RETURN NEXT;
    END LOOP;
END $$;

-- Who is no superuser hands a function only to a role he may become, and that may create in the function's schema.
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT biaochi_reader TO CURRENT_USER;
    END IF;
END $$;
GRANT CREATE ON SCHEMA biaochi TO biaochi_reader;
ALTER FUNCTION biaochi.ask_as_reader(text, date, timestamptz) OWNER TO biaochi_reader;
REVOKE CREATE ON SCHEMA biaochi FROM biaochi_reader;

GRANT SELECT ON report.reading_versions TO biaochi_reader;
GRANT EXECUTE ON FUNCTION report.readings_known_at(timestamptz) TO biaochi_reader;
