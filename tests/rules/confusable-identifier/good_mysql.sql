-- engine: mysql
INSERT INTO cities (id, name) VALUES (1, 'Москва'), (2, 'Αθήνα');
