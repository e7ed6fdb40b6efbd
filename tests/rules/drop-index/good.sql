CREATE TABLE scratch (id bigint PRIMARY KEY, n integer);
CREATE INDEX scratch_n_idx ON scratch (n);
DROP INDEX scratch_n_idx;
