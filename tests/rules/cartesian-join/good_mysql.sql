-- engine: mysql
SELECT a.id FROM a JOIN b JOIN c ON c.id = b.id ON b.id = a.id WHERE a.id = 7;
