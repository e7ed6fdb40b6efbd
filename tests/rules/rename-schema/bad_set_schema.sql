ALTER TABLE IF EXISTS public.orders SET SCHEMA "Archive";
