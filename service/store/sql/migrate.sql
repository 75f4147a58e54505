-- name: lock
-- Held for the session: freed if the process dies, so nobody waits for a dead migrator.
SELECT pg_advisory_lock(%(lock)s);

-- name: unlock
-- Given back as soon as the schema is up to date.
SELECT pg_advisory_unlock(%(lock)s);

-- name: create_history
-- What was applied, with the text it had.
CREATE TABLE IF NOT EXISTS public.biaochi_migration (
    name       text        PRIMARY KEY,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied
-- Names and checksums, in the order applied.
SELECT name, sha256 FROM public.biaochi_migration ORDER BY name;

-- name: record
-- One more step taken.
INSERT INTO public.biaochi_migration (name, sha256) VALUES (%(name)s, %(sha256)s);

-- name: history_exists
-- Whether any migration ever ran here.
SELECT to_regclass('public.biaochi_migration') IS NOT NULL;

-- name: database_exists
-- Whether a database of this name is there.
SELECT EXISTS (SELECT FROM pg_database WHERE datname = %(name)s);
