DROP TRIGGER IF EXISTS "Touch" ON app.orders;
