ALTER VIEW public.orders_open RENAME TO open_orders;
