GRANT ALL ON orders TO reporting;
