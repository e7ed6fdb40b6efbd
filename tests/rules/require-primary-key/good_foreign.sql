CREATE FOREIGN TABLE remote_orders (id bigint, paid numeric) SERVER other;
