ALTER SEQUENCE IF EXISTS orders_id_seq RENAME TO orders_seq;
