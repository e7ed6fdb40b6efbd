DROP POLICY IF EXISTS tenant ON app.orders;
