ALTER SEQUENCE orders_seq SET SCHEMA archive;
