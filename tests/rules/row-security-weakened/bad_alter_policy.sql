ALTER POLICY tenant ON app.orders USING (TRUE);
