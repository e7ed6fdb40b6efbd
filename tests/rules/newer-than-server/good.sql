-- server: 15
CREATE UNIQUE INDEX CONCURRENTLY users_email_idx ON users (email) NULLS NOT DISTINCT;
MERGE INTO stock s USING delivery d ON s.id = d.id WHEN MATCHED THEN UPDATE SET n = s.n + d.n;
