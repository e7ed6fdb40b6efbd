-- engine: sqlite
SELECT load_extension('x');
