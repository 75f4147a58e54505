-- name: bounds
-- What a query may take and do; undone with the savepoint it stands in.
SELECT set_config('statement_timeout', %(milliseconds)s::text, true), set_config('transaction_read_only', 'on', true),
       set_config('search_path', 'report', true);

-- name: ask
-- What a query answers, worked out with the rights of biaochi_reader.
SELECT indicator, region, scope, value
FROM biaochi.ask_as_reader(%(query)s, %(as_of)s::date, %(known_at)s::timestamptz);
