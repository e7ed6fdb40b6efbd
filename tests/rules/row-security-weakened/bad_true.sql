CREATE POLICY "everybody" ON orders FOR SELECT USING (true);
