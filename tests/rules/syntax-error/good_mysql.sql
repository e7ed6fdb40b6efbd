-- engine: mysql
SELECT 'it''s';
