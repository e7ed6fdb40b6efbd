-- runner: file
ALTER INDEX orders_day SET TABLESPACE fast;
