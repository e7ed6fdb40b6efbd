-- engine: sqlite
ATTACH '/tmp/other.db' AS other;
