ALTER TABLE accounts ADD COLUMN total bigint;
ALTER TABLE accounts ADD COLUMN t0ta1 bigint;
