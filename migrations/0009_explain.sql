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
    SELECT v.series_id, v.day, v.value, v.revision, v.figure, v.unit, v.note, v.submission_id
    FROM unnest(series_ids, firsts, lasts) AS w (series_id, first, last)
    JOIN biaochi.reading_version v ON v.series_id = w.series_id AND v.day BETWEEN w.first AND w.last
    WHERE v.recorded_at <= instant AND (v.replaced_at IS NULL OR v.replaced_at > instant)
$$;
