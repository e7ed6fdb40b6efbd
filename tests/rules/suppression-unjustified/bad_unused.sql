-- dbw:allow drop-table it is empty
SELECT 1;
