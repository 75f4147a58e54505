-- Explaining an alert: what each event was judged by, and readings as they were known.

-- NULL for events of before this was noted.
ALTER TABLE biaochi.alert_event
    ADD COLUMN known_at        timestamptz,      -- what was recorded by then was taken into account
    ADD COLUMN catalog_version integer,
    ADD COLUMN rules_version   integer;

-- Readings of some spans of days, each of one series, as they were known at an instant: what was recorded by then,
-- and of a reading replaced since, the one that stood. Those taken back have no value. Spans must not overlap.
CREATE FUNCTION biaochi.readings_known_at(series_ids integer[], firsts date[], lasts date[], instant timestamptz)
RETURNS TABLE (series_id integer, day date, value double precision, revision integer, figure text, unit text,
               note text, submission_id text)
LANGUAGE sql STABLE AS $$
    WITH standing AS (
        SELECT r.series_id, r.day, r.value, r.revision, r.figure, r.unit, r.note, r.submission_id,
               s.recorded_at <= instant AS known
        FROM unnest(series_ids, firsts, lasts) AS w (series_id, first, last)
        JOIN biaochi.reading r ON r.series_id = w.series_id AND r.day BETWEEN w.first AND w.last
        JOIN biaochi.submission s ON s.submission_id = r.submission_id
    ), replaced AS (
        SELECT DISTINCT ON (v.series_id, v.day) v.series_id, v.day, v.value, v.revision, v.figure, v.unit, v.note,
               v.submission_id
        FROM standing n
        JOIN biaochi.reading_revision v ON v.series_id = n.series_id AND v.day = n.day
        JOIN biaochi.submission s ON s.submission_id = v.submission_id
        WHERE NOT n.known AND s.recorded_at <= instant
        ORDER BY v.series_id, v.day, v.revision DESC
    )
    SELECT n.series_id, n.day, n.value, n.revision, n.figure, n.unit, n.note, n.submission_id
    FROM standing n WHERE n.known
    UNION ALL
    SELECT p.series_id, p.day, p.value, p.revision, p.figure, p.unit, p.note, p.submission_id FROM replaced p
$$;
