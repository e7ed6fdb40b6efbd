CREATE POLICY never ON orders AS RESTRICTIVE USING (true);
CREATE POLICY nobody ON orders USING (false);
