CREATE TABLE cities_eu (region text) INHERITS (cities);
