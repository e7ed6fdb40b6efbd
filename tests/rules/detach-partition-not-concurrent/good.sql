-- in_transaction: no
ALTER TABLE measurements DETACH PARTITION measurements_2024 CONCURRENTLY;
