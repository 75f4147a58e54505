-- name: insert
-- A new token; only its hash is kept.
INSERT INTO biaochi.token (token_id, sha256, role, feed, unit, note, created_at)
VALUES (%(token_id)s, %(sha256)s, %(role)s, %(feed)s, %(unit)s, %(note)s, %(at)s);

-- name: find
-- The token with this hash, unless it was revoked.
SELECT token_id, role, feed, unit, note, created_at, revoked_at FROM biaochi.token
WHERE sha256 = %(sha256)s AND revoked_at IS NULL;

-- name: role_of
-- The role of a token, revoked or not.
SELECT role FROM biaochi.token WHERE token_id = %(token_id)s;

-- name: list_all
-- Every token ever made.
SELECT token_id, role, feed, unit, note, created_at, revoked_at FROM biaochi.token ORDER BY created_at, token_id;

-- name: revoke
-- From now on it opens nothing.
UPDATE biaochi.token SET revoked_at = %(at)s WHERE token_id = %(token_id)s AND revoked_at IS NULL
RETURNING token_id;
