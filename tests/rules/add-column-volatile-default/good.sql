ALTER TABLE orders ADD COLUMN noted_at timestamptz DEFAULT now();
