-- name: hold
-- Whether this session has the lock, taking it where it is free.
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = 2426248 AND granted
) OR pg_try_advisory_lock(2426248);
