-- engine: mysql
REPLACE INTO settings (name, value) VALUES ('theme', 'dark');
