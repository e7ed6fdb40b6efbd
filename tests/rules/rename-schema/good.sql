ALTER TABLE public.orders SET SCHEMA archive;
CREATE VIEW public.orders AS SELECT id, total FROM archive.orders;
