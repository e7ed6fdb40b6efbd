-- in_transaction: no
-- runner: file
SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE;
RESET search_path;
