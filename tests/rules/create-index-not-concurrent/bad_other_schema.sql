CREATE TABLE staging.orders (id bigint PRIMARY KEY);
CREATE INDEX orders_status_idx ON public.orders (status);
