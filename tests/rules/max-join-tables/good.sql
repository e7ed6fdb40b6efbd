SELECT a.id FROM a JOIN b ON b.id = a.id JOIN c ON c.id = a.id WHERE a.id = 7;
