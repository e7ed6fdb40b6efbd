-- engine: mysql
UPDATE `paths` SET dir = 'C:/dir', quoted = 'it''s' WHERE id = 1;
