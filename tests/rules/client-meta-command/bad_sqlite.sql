-- engine: sqlite
.read other.sql
