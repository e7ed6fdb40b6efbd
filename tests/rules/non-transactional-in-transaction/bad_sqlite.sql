-- engine: sqlite
VACUUM;
